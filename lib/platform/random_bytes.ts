/**
 * Random bytes that are hard to guess.
 *
 * @module
 */

/** Returns random bytes of the platform's secure source. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
