/**
 * The exit codes of the command line, by cause.
 *
 * @module
 */

import {
  AuthenticationError,
  ConnectError,
  ConnectionClosedError,
  ConnectionLostError,
  HandshakeError,
  HeartbeatTimeoutError,
  OpenTimeoutError,
  ProtocolError,
  ReconnectError,
} from "../client/errors/mod.ts";
import { FAILURE, SUCCESS, USAGE } from "./command.ts";
import { UsageError } from "./usage_error.ts";

/**
 * What each exit code means. For a script: 3, 6 and 8 may go away with time; 4, 5
 * and 7 need a change by a person.
 */
export const EXIT_CODES = {
  /** Ended as asked, or the reader of stdout closed its end. */
  success: SUCCESS,
  /** Any other failure. */
  failure: FAILURE,
  /** A wrong flag, value or URL. */
  usage: USAGE,
  /** No connection: host not found, refused, or TLS failed. */
  unreachable: 3,
  /** The server answered the handshake with an HTTP status other than 101. */
  refused: 4,
  /** The server rejected the token or the greeting: 401 and 403 count as well. */
  unauthorized: 5,
  /** Not open in time, or the peer did not answer. */
  timeout: 6,
  /** The server closed the connection with a code that rules out a new attempt. */
  closed: 7,
  /** The connection was lost, and no attempt was left. */
  lost: 8,
  /** The server broke RFC 6455, or sent too large a message. */
  protocol: 9,
  /** Ended as asked, but messages were not sent. */
  unsent: 10,
  /** SIGINT or SIGTERM: 128 + 2, as in shells. */
  interrupted: 130,
} as const;

/** The exit codes of a connection, as a help text shows them. */
export const EXIT_CODE_HELP =
  `Exit codes: 0 ended as asked, 1 other failure, 2 wrong usage, 3 unreachable,
4 handshake refused, 5 token or greeting rejected, 6 timeout, 7 closed by the
server, 8 lost, 9 protocol error, 10 messages left unsent, 130 interrupted.
`;

/** Gives the exit code for the error that ended a connection. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ReconnectError && error.cause !== undefined) {
    return exitCodeOf(error.cause);
  }
  const found = CAUSES.find(([Class]) => error instanceof Class);
  if (found !== undefined) return found[1];
  return error instanceof HandshakeError
    ? codeOfStatus(error.status)
    : EXIT_CODES.failure;
}

const CAUSES = [
  [UsageError, EXIT_CODES.usage],
  [ConnectError, EXIT_CODES.unreachable],
  [AuthenticationError, EXIT_CODES.unauthorized],
  [OpenTimeoutError, EXIT_CODES.timeout],
  [HeartbeatTimeoutError, EXIT_CODES.timeout],
  [ConnectionClosedError, EXIT_CODES.closed],
  [ConnectionLostError, EXIT_CODES.lost],
  [ProtocolError, EXIT_CODES.protocol],
] as const;

function codeOfStatus(status: number): number {
  return status === 401 || status === 403
    ? EXIT_CODES.unauthorized
    : EXIT_CODES.refused;
}
