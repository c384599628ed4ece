/**
 * Random ids that are hard to guess.
 *
 * @module
 */

/** Returns random bytes of the platform's secure source, as hexadecimal digits. */
export function randomHex(bytes: number): string {
  // Unlike `randomUUID()`, it also exists outside secure contexts.
  const drawn = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
