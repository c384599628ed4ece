/**
 * How long a text is on the wire, without encoding it.
 *
 * A surrogate without its partner counts as U+FFFD, which is what a WebSocket
 * sends in its place (WebIDL, `USVString`).
 *
 * @module
 */

/** No UTF-16 code unit takes more bytes than this in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** A search for this is several times faster than a loop over ASCII. */
const BEYOND_ASCII = /[\u0080-\uffff]/;

/** Computes the size of a text in bytes of UTF-8. */
export function utf8Length(text: string): number {
  const start = text.search(BEYOND_ASCII);
  if (start < 0) return text.length;
  let bytes = text.length;
  for (let index = start; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit <= 0x7f) continue;
    bytes += unit <= 0x7ff ? 1 : 2;
    // Four bytes for both units: two are counted by the length, two just now.
    if (isPair(unit, text.charCodeAt(index + 1))) index += 1;
  }
  return bytes;
}

/**
 * Cuts a text to at most `maxBytes` bytes of UTF-8, never inside a character.
 *
 * @param maxBytes The limit in bytes, such as the 123 of a close reason.
 */
export function truncateUtf8(text: string, maxBytes: number): string {
  if (text.length * MAX_BYTES_PER_UNIT <= maxBytes) return text;
  let bytes = 0;
  for (let index = 0; index < text.length;) {
    const unit = text.charCodeAt(index);
    const pair = isPair(unit, text.charCodeAt(index + 1));
    bytes += pair ? 4 : sizeOfUnit(unit);
    if (bytes > maxBytes) return text.slice(0, index);
    index += pair ? 2 : 1;
  }
  return text;
}

function sizeOfUnit(unit: number): number {
  if (unit <= 0x7f) return 1;
  return unit <= 0x7ff ? 2 : MAX_BYTES_PER_UNIT;
}

/** Tells whether two units make one character. The second is NaN past the end. */
function isPair(first: number, second: number): boolean {
  return first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 &&
    second <= 0xdfff;
}
