/**
 * The error of a store that could not do a step.
 *
 * @module
 */

/** Why a store could not do a step. */
export type SessionStoreFailure =
  /** Another process holds the file for too long. */
  | "locked"
  /** There is no room on the disk. */
  | "full"
  /** The store was disposed. */
  | "closed"
  /** Anything else; `cause` says what. */
  | "unavailable";

/**
 * A store could not do a step. Nothing of the step was done, so that it may be
 * tried again.
 */
export class SessionStoreError extends Error {
  /** The name of the class. */
  override readonly name = "SessionStoreError";
  /** Why the step was not done. */
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
