/**
 * What an application sends, and how long it is on the wire.
 *
 * @module
 */

/** The content of a message. Text and binary stay what they are. */
export type Payload = string | Uint8Array<ArrayBuffer>;

/** A search for this is several times faster than a loop over ASCII. */
const BEYOND_ASCII = /[\u0080-\uffff]/;

/**
 * Computes the size that counts against windows and limits: bytes of UTF-8 for
 * text, without encoding it. A surrogate without its partner counts as U+FFFD,
 * which is what a WebSocket sends in its place (WebIDL, `USVString`).
 */
export function payloadBytes(payload: Payload): number {
  if (typeof payload !== "string") return payload.byteLength;
  const start = payload.search(BEYOND_ASCII);
  if (start < 0) return payload.length;
  let bytes = payload.length;
  for (let index = start; index < payload.length; index += 1) {
    const unit = payload.charCodeAt(index);
    if (unit <= 0x7f) continue;
    bytes += unit <= 0x7ff ? 1 : 2;
    // Four bytes for both units: two are counted by the length, two just now.
    if (isPair(unit, payload.charCodeAt(index + 1))) index += 1;
  }
  return bytes;
}

/** Whether two units make one character. The second is NaN past the end. */
function isPair(first: number, second: number): boolean {
  return first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 &&
    second <= 0xdfff;
}
