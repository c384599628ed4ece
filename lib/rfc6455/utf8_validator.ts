/**
 * UTF-8, judged piece by piece, as early as possible (RFC 6455, 8.1).
 *
 * @module
 */

/**
 * Validates a text that comes in pieces, which may be cut within a character.
 *
 * It follows the decoder of the Encoding Standard: after a lead byte it keeps
 * how many continuation bytes are needed, and the range of the next one, which
 * is what excludes overlong forms, surrogates and what is above U+10FFFF.
 */
export class Utf8Validator {
  #needed = 0;
  #lower = 0x80;
  #upper = 0xbf;
  #ascii: "only" | "mixed" = "only";

  /** Whether no character is cut off at the end of what was pushed. */
  get isComplete(): boolean {
    return this.#needed === 0;
  }

  /** Whether all that was pushed is ASCII. */
  get isAscii(): boolean {
    return this.#ascii === "only";
  }

  /** Starts a new text. */
  reset(): void {
    this.#needed = 0;
    this.#lower = 0x80;
    this.#upper = 0xbf;
    this.#ascii = "only";
  }

  /**
   * Takes the next piece.
   *
   * @param view The bytes.
   * @param start The index of the first byte.
   * @param end The index after the last byte.
   * @returns The index of the first byte that no valid text has there; -1 when
   * there is none.
   */
  push(view: DataView, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (this.#needed === 0) {
        at = this.#skip(view, at, end);
        if (at === end) return -1;
      }
      if (!this.#takes(view.getUint8(at))) return at;
      at += 1;
    }
    return -1;
  }

  /** Skips what is valid and whole; the rest is judged byte by byte. */
  #skip(view: DataView, start: number, end: number): number {
    const at = skipAscii(view, start, end);
    if (at === end) return end;
    this.#ascii = "mixed";
    return skipCharacters(view, at, end);
  }

  #takes(byte: number): boolean {
    if (this.#needed === 0) return this.#takesLead(byte);
    if (byte < this.#lower || byte > this.#upper) return false;
    this.#needed -= 1;
    this.#lower = 0x80;
    this.#upper = 0xbf;
    return true;
  }

  #takesLead(byte: number): boolean {
    if (byte < 0xc2 || byte > 0xf4) return false;
    if (byte < 0xe0) this.#needed = 1;
    else if (byte < 0xf0) {
      this.#needed = 2;
      if (byte === 0xe0) this.#lower = 0xa0;
      if (byte === 0xed) this.#upper = 0x9f;
    } else {
      this.#needed = 3;
      if (byte === 0xf0) this.#lower = 0x90;
      if (byte === 0xf4) this.#upper = 0x8f;
    }
    return true;
  }
}

/** The high bits of 4 bytes: set in all that is not ASCII. */
const HIGH_BITS = 0x80808080;

/**
 * Finds the first byte that is not ASCII.
 *
 * @returns Its index, or `end`.
 */
export function skipAscii(view: DataView, start: number, end: number): number {
  let at = start;
  while (at + 16 <= end) {
    const words = view.getInt32(at) | view.getInt32(at + 4) |
      view.getInt32(at + 8) | view.getInt32(at + 12);
    if ((words & HIGH_BITS) !== 0) break;
    at += 16;
  }
  while (at + 4 <= end && (view.getInt32(at) & HIGH_BITS) === 0) at += 4;
  while (at < end && view.getUint8(at) < 0x80) at += 1;
  return at;
}

/** Skips valid characters: an index of a byte that needs a closer look, or `end`. */
function skipCharacters(view: DataView, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const size = characterSize(view, at, end);
    if (size === 0) return at;
    at += size;
  }
  return at;
}

/** The bits of two and of three continuation bytes: `10......` each. */
const TWO_MASK = 0xc0c0;
const TWO = 0x8080;
const THREE_MASK = 0xc0c0c0;
const THREE = 0x808080;

/** The size of the character; 0 where it is not valid, or not all there. */
function characterSize(view: DataView, at: number, end: number): number {
  const lead = view.getUint8(at);
  if (lead < 0x80) return 1;
  if (lead < 0xe0) {
    if (lead < 0xc2 || at + 2 > end) return 0;
    return (view.getUint8(at + 1) & 0xc0) === 0x80 ? 2 : 0;
  }
  if (lead < 0xf0) {
    if (at + 3 > end) return 0;
    const rest = view.getUint16(at + 1);
    if ((rest & TWO_MASK) !== TWO) return 0;
    const point = (lead & 0x0f) << 6 | (rest >>> 8 & 0x3f);
    // In units of 64: from U+0800, and without the surrogates.
    return point < 0x20 || (point >= 0x360 && point < 0x380) ? 0 : 3;
  }
  if (lead > 0xf4 || at + 4 > end) return 0;
  const word = view.getUint32(at);
  if ((word & THREE_MASK) !== THREE) return 0;
  // In units of 4096: from U+10000 to U+10FFFF.
  const plane = (lead & 0x07) << 6 | (word >>> 16 & 0x3f);
  return plane < 0x10 || plane >= 0x110 ? 0 : 4;
}
