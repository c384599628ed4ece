/**
 * What an error says, for a sentence of the command line.
 *
 * @module
 */

/** Gives the message of an error, or of whatever else was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
