/**
 * The classes of the errors of a socket, which say whether trying again can help.
 *
 * @module
 */

export {
  ConnectionClosedError,
  ConnectionLostError,
  HeartbeatTimeoutError,
  InboxOverflowError,
  MessageExpiredError,
  OutboxFullError,
  ProtocolError,
} from "./connection.ts";
export {
  AuthenticationError,
  ConnectError,
  type HandshakeAnswer,
  HandshakeError,
  OpenTimeoutError,
  ProviderError,
  ReconnectError,
  WorkerError,
} from "./attempt.ts";
export { SocketError, type SocketErrorInit } from "./base.ts";
