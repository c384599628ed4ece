/**
 * The error of a message that the server could not keep for a client.
 *
 * @module
 */

/** Why a message was not kept. */
export type SessionSendFailure =
  /** The client has not consumed as much as the buffer holds. */
  | "full"
  /** There is no such session, or not any more. */
  | "gone"
  /** The client takes no message of this size. */
  | "too-large";

/** A message was not kept, and will not be sent. */
export class SessionSendError extends Error {
  /** The name of the class. */
  override readonly name = "SessionSendError";
  /** Why the message was not kept. */
  readonly code: SessionSendFailure;

  /** Makes an error. */
  constructor(code: SessionSendFailure, message: string) {
    super(message);
    this.code = code;
  }
}
