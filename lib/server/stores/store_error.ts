/**
 * The error of a store that did not confirm a step.
 *
 * @module
 */

/** Why a store did not confirm a step. */
export type SessionStoreFailure =
  /** Another process holds the file for too long. */
  | "locked"
  /** There is no room on the disk. */
  | "full"
  /** The store was disposed. */
  | "closed"
  /** Anything else; `cause` says what. The step may have been done all the same. */
  | "unavailable";

/**
 * A store did not confirm a step. With the code `unavailable` it may have been
 * done all the same; with any other code nothing of it was done.
 */
export class SessionStoreError extends Error {
  /** The name of the class. */
  override readonly name = "SessionStoreError";
  /** Why the step was not confirmed. */
  readonly code: SessionStoreFailure;

  /** Makes an error. */
  constructor(
    code: SessionStoreFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
  }
}
