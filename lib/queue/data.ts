/**
 * The data of a message, and its size on the wire.
 *
 * @module
 */

/** The data of one message. Text is text; binary is an `ArrayBuffer` of its own. */
export type Data = string | ArrayBuffer;

/** Searching for it is several times faster than a loop over ASCII. */
const BEYOND_ASCII = /[\u0080-\uffff]/;

/** The size of a message, in UTF-8 or binary bytes. */
export function sizeOf(data: Data | Blob): number {
  if (typeof data === "string") return utf8Length(data);
  // A buffer may be of another realm, where `instanceof` fails.
  return "byteLength" in data ? data.byteLength : data.size;
}

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

/**
 * The size of a text in bytes of UTF-8, without encoding it. A lone surrogate
 * counts as U+FFFD, which a WebSocket sends in its place (Web IDL, `USVString`).
 */
export function utf8Length(text: string): number {
  const start = text.search(BEYOND_ASCII);
  if (start < 0) return text.length;
  let bytes = text.length;
  for (let index = start; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit <= 0x7f) continue;
    bytes += unit <= 0x7ff ? 1 : 2;
    // A pair takes four bytes: two are in the length, two were just added.
    if (isPair(unit, text.charCodeAt(index + 1))) index += 1;
  }
  return bytes;
}

/** Says whether two units make one character. The second is NaN past the end. */
function isPair(first: number, second: number): boolean {
  return first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 &&
    second <= 0xdfff;
}
