/**
 * Binary data as applications give it, of any realm. Apart from `data.ts`, which
 * each worker loads: most workers take no binary data from an application.
 *
 * @module
 */

/** Says whether a value is an `ArrayBuffer` of any realm: no other object has its slot. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (typeof value !== "object" || value === null) return false;
  try {
    Reflect.get(ArrayBuffer.prototype, "byteLength", value);
    return true;
  } catch {
    return false;
  }
}

/** Whether a value is a `Blob`, of any realm: no other object has its slot. */
export function isBlob(value: unknown): value is Blob {
  if (typeof value !== "object" || value === null) return false;
  try {
    Reflect.get(Blob.prototype, "size", value);
    return true;
  } catch {
    return false;
  }
}

/**
 * A copy of binary data as it is now.
 *
 * @returns `undefined` when the value is neither a buffer nor a view.
 * @throws {TypeError} Its buffer is shared or can change its size, which Web IDL
 * does not allow here (`[AllowShared]`, `[AllowResizable]`).
 */
export function copyOfBinary(value: unknown): ArrayBuffer | undefined {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return copyOf(buffer, byteOffset, byteLength);
  }
  if (isArrayBuffer(value)) return copyOf(value, 0, value.byteLength);
  if (isShared(value)) throw notAllowed("shared");
  return undefined;
}

function copyOf(
  buffer: ArrayBufferLike,
  offset: number,
  length: number,
): ArrayBuffer {
  if (!isArrayBuffer(buffer)) throw notAllowed("shared");
  if (buffer.resizable) throw notAllowed("resizable");
  // No view can be made of a detached buffer, whose length is 0 as well.
  if (length === 0) return new ArrayBuffer(0);
  return new Uint8Array(new Uint8Array(buffer, offset, length)).buffer;
}

/** Browsers have the class only where pages are isolated. */
function isShared(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object SharedArrayBuffer]";
}

function notAllowed(kind: "shared" | "resizable"): TypeError {
  return new TypeError(
    `Cannot send a ${kind} buffer: send a copy of it, such as Uint8Array.from(view)`,
  );
}
