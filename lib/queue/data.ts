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
