/**
 * Numbers on the wire: base 36 in text, LEB128 in binary. Each number has
 * exactly one form, so that no two peers read one frame differently.
 *
 * @module
 */

/** As many as `Number.MAX_SAFE_INTEGER` has, in base 36. */
const MAX_DIGITS = 11;
const ZERO = 0x30;

/** A safe integer has 53 bits, and a byte carries seven. */
const MAX_LEB_BYTES = 8;

/** Writes a number in base 36. */
export function formatNumber(value: number): string {
  return value.toString(36);
}

/**
 * Reads the number in base 36 between two places of a text, or `undefined` if it
 * is none or not canonical: lower case, no leading zeros. Digit by digit, as that
 * is several times faster than to cut it out and to parse it.
 */
export function parseNumber(
  text: string,
  start = 0,
  end = text.length,
): number | undefined {
  const length = end - start;
  const hasZero = length > 1 && text.charCodeAt(start) === ZERO;
  if (length < 1 || length > MAX_DIGITS || hasZero) return undefined;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit === undefined) return undefined;
    value = value * 36 + digit;
  }
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The value of a digit of base 36, by its code. */
export function digitOf(code: number): number | undefined {
  if (code >= ZERO && code <= 0x39) return code - ZERO;
  return code >= 0x61 && code <= 0x7a ? code - 0x57 : undefined;
}

/** How many bytes `writeLeb()` writes. */
export function lebLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    length += 1;
  }
  return length;
}

/** Writes an unsigned LEB128 number, and returns where the next byte goes. */
export function writeLeb(
  bytes: Uint8Array,
  offset: number,
  value: number,
): number {
  let next = offset;
  let rest = value;
  // Not by bit operators: they end at 32 bits.
  while (rest >= 0x80) {
    bytes[next] = rest % 0x80 | 0x80;
    rest = Math.floor(rest / 0x80);
    next += 1;
  }
  bytes[next] = rest;
  return next + 1;
}

/** A number that was read, and the offset of what follows. */
export interface ReadNumber {
  readonly value: number;
  readonly end: number;
}

/** Reads an unsigned LEB128 number, or `undefined` if there is no canonical one. */
export function readLeb(
  bytes: Uint8Array,
  offset: number,
): ReadNumber | undefined {
  let value = 0;
  let factor = 1;
  for (let read = 0; read < MAX_LEB_BYTES; read += 1) {
    const byte = bytes[offset + read];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte >= 0x80) continue;
    // A last byte of zero adds nothing: the number has a shorter form.
    const canonical = (byte > 0 || read === 0) && Number.isSafeInteger(value);
    return canonical ? { value, end: offset + read + 1 } : undefined;
  }
  return undefined;
}
