/**
 * Masking of payloads (RFC 6455, 5.3).
 *
 * @module
 */

/**
 * Masks or unmasks bytes in place; both are the same operation.
 *
 * The parameters are positional because this runs once per frame.
 *
 * @param view The buffer. A `DataView` takes words at any alignment, and it
 * reads big-endian words, in which the key needs no rotation.
 * @param start The index of the first byte, where the key starts.
 * @param end The index after the last byte.
 * @param key The masking key, 32 bits in the order of the wire: its first byte
 * is the highest.
 */
export function mask(
  view: DataView,
  start: number,
  end: number,
  key: number,
): void {
  let at = start;
  for (; at + 4 <= end; at += 4) view.setInt32(at, view.getInt32(at) ^ key);
  for (let shift = 24; at < end; at += 1, shift -= 8) {
    view.setUint8(at, view.getUint8(at) ^ (key >>> shift));
  }
}

/**
 * Turns a key for a payload of which some bytes are already done.
 *
 * @param key The masking key of the frame.
 * @param bytes How many bytes of the payload are done.
 * @returns The key for the rest.
 */
export function turnKey(key: number, bytes: number): number {
  const bits = (bytes % 4) * 8;
  // A shift by 32 is a shift by 0, so no bits turned gives `key | key`.
  return (key << bits) | (key >>> (32 - bits));
}
