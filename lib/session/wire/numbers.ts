/**
 * Numbers on the wire: base 36 in text, LEB128 in binary. Each number has
 * exactly one form, so that no two peers read one frame differently.
 *
 * @module
 */

/** No leading zeros, lower case; `Number.MAX_SAFE_INTEGER` has 11 digits. */
const CANONICAL = /^(?:0|[1-9a-z][0-9a-z]{0,10})$/;

/** A safe integer has 53 bits, and a byte carries seven. */
const MAX_LEB_BYTES = 8;

/** Writes a number in base 36. */
export function formatNumber(value: number): string {
  return value.toString(36);
}

/** Reads a number in base 36, or `undefined` if it is none or not canonical. */
export function parseNumber(text: string): number | undefined {
  if (!CANONICAL.test(text)) return undefined;
  const value = parseInt(text, 36);
  return Number.isSafeInteger(value) ? value : undefined;
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
