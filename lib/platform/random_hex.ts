/**
 * Names that nobody can guess.
 *
 * @module
 */

/** Draws so many bytes from the platform's secure source, as hexadecimal digits. */
export function randomHex(bytes: number): string {
  // Unlike `randomUUID()`, this is there outside of secure contexts too.
  const drawn = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
