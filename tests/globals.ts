/**
 * Globals in the hands of a test. Each is put back when it is disposed of, even
 * if the test fails.
 *
 * @module
 */

/** Puts a value in the place of a property, such as a global. */
export function replace(
  holder: object,
  name: string,
  value: unknown,
): Disposable {
  const original = remove(holder, name);
  Object.defineProperty(holder, name, {
    value,
    configurable: true,
    writable: true,
  });
  return original;
}

/** Takes a property away, as on a platform that does not have it. */
export function remove(holder: object, name: string): Disposable {
  const original = Object.getOwnPropertyDescriptor(holder, name);
  Reflect.deleteProperty(holder, name);
  return {
    [Symbol.dispose]() {
      if (original) Object.defineProperty(holder, name, original);
      else Reflect.deleteProperty(holder, name);
    },
  };
}
