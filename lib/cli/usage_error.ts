/**
 * The error for arguments that a command cannot use.
 *
 * @module
 */

/** A wrong flag or value. The message is one sentence for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
