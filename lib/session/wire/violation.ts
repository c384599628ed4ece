/**
 * How a session's connection ends: close codes, and what broke the protocol.
 *
 * @module
 */

/** The close codes of the protocol. RFC 6455, 7.4.2: 4000 to 4999 are free. */
export const SESSION_CLOSE = {
  /** The end of the session or of the need for this connection. */
  normal: 1000,
  /** The client resumes elsewhere, as the server asked by `moving`. */
  moving: 4012,
  /** The peer broke the protocol. */
  protocol: 4400,
  /** The server does not know who is speaking. */
  unauthorized: 4401,
  /** The session belongs to another principal. */
  principal: 4403,
  /** No first message, or no answer to it, in time. */
  timeout: 4408,
  /** A newer attempt has the session, or had it. Final for the client. */
  stale: 4409,
  /** The server ended the session. On a resume the client learns its fate. */
  ended: 4410,
  /** A message is larger than the receiver takes. */
  tooLarge: 4413,
  /** A limit of the server is reached. */
  limit: 4429,
  /** A handler failed too often, and the session has ended. */
  handler: 4500,
  /** The store lost data or cannot be reached; resume elsewhere or later. */
  unavailable: 4503,
} as const;

/** What a peer did that the protocol forbids, and the close code that says so. */
export interface Violation {
  readonly type: "violation";
  readonly closeCode: number;
  /** For the close frame: at most 123 bytes, without the peer's data. */
  readonly reason: string;
}

/** A violation of the protocol's rules. */
export function violation(
  reason: string,
  closeCode: number = SESSION_CLOSE.protocol,
): Violation {
  return { type: "violation", closeCode, reason };
}
