/**
 * The worker of the package, in which each first look at a timer of the platform
 * is posted as a notice of its own, and no signal ever ends the wait for them.
 *
 * @module
 */

AbortSignal.timeout = () => new AbortController().signal;
for (const name of ["setTimeout", "setInterval"]) watch(name);
await import("../../worker.ts");

function watch(name: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      Reflect.get(globalThis, "postMessage")([{ type: name }]);
      Object.defineProperty(globalThis, name, descriptor ?? {});
      return Reflect.get(globalThis, name);
    },
  });
}
