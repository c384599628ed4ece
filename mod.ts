/**
 * A WebSocket that stays connected. The socket, its heartbeat and its reconnect
 * loop live in a worker. In Deno, Node, Bun and Chromium a blocked main thread can
 * neither stall a heartbeat nor lose the connection; `docs/runtimes.md` says what
 * Firefox and Safari give.
 *
 * - {@linkcode ReconnectingWebSocket} has the surface of a `WebSocket`, finds
 *   out a dead peer, and connects again without a stampede. What is sent while
 *   there is no connection waits, within bounds.
 * - {@linkcode WorkerWebSocket} is the WHATWG `WebSocket` to the letter, for
 *   libraries that take a WebSocket class. It does not reconnect.
 *
 * @example Staying connected
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(`echo: ${data}`);
 *   return response;
 * });
 *
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   heartbeat: { interval: 20_000, timeout: 10_000 },
 * });
 * socket.addEventListener("open", ({ reconnected }) => {
 *   socket.send(reconnected ? "back again" : "hello");
 * });
 * for await (const message of socket) {
 *   console.log(message);
 *   break;
 * }
 * ```
 *
 * An `error` event reports each failure with a typed error: what happened, whether
 * it is tried again, and what to do about it.
 *
 * @example Why it failed
 * ```ts
 * import { HandshakeError, ReconnectingWebSocket } from "@holdfast/websocket";
 *
 * await using server = Deno.serve(
 *   { port: 0, onListen() {} },
 *   () => new Response("Who are you?", { status: 401 }),
 * );
 * const socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * const error = await socket.closed.catch((error) => error);
 * if (error instanceof HandshakeError) console.log(error.status, error.message);
 * ```
 *
 * @module
 */

export type {
  Backoff,
  ExponentialBackoff,
  SpreadBackoff,
} from "./lib/connection/backoff/backoff.ts";
export { backoffDelay } from "./lib/connection/backoff/backoff_delay.ts";
export { type CloseInfo, describeClose } from "./lib/rfc6455/close.ts";
export type { ProviderName } from "./lib/connection/failure.ts";
export type {
  TransportChoice,
  TransportName,
} from "./lib/connection/config/transports.ts";
export type { Json } from "./lib/connection/config/pattern.ts";
export type {
  CloseCause,
  Direction,
  DropReason,
  LogLevel,
} from "./lib/boundary/protocol.ts";
export {
  AuthenticationError,
  ConnectError,
  ConnectionClosedError,
  ConnectionLostError,
  type HandshakeAnswer,
  HandshakeError,
  HeartbeatTimeoutError,
  InboxOverflowError,
  MessageExpiredError,
  OpenTimeoutError,
  OutboxFullError,
  ProtocolError,
  ProviderError,
  ReconnectError,
  SocketError,
  type SocketErrorInit,
  WorkerError,
} from "./lib/client/errors/mod.ts";
export {
  DisconnectEvent,
  DropEvent,
  EndEvent,
  type EventsOf,
  FailureEvent,
  HeartbeatEvent,
  type Listener,
  OpenEvent,
  type ReconnectingWebSocketEventMap,
  StatusChangeEvent,
  type TypedEventTarget,
} from "./lib/client/socket/events.ts";
export type { Handler } from "./lib/client/socket/event_handlers.ts";
export type { OpenInfo } from "./lib/client/socket/lifecycle.ts";
export type { Logger } from "./lib/client/options/logger.ts";
export type { SessionInfo } from "./lib/client/remote/session_record.ts";
export type { LostReason, SessionOpening } from "./lib/boundary/session.ts";
export type { Sendable } from "./lib/client/remote/message_data.ts";
export type { ReceiveOptions } from "./lib/client/socket/message_stream.ts";
export { DEFAULTS } from "./lib/client/options/table.ts";
export type {
  BackoffOptions,
  CompressionOptions,
  Defaults,
  GreetingOptions,
  HeartbeatOptions,
  HookMarker,
  InboxOptions,
  MessageBody,
  MessagePattern,
  OutboxOptions,
  ReconnectingWebSocketOptions,
  SessionOptions,
  TlsOptions,
  TokenOptions,
  TokenPlacementOptions,
  TokenProvider,
  UrlProvider,
  UrlSource,
  WorkerWebSocketOptions,
} from "./lib/client/options/options.ts";
export { ReconnectingWebSocket } from "./lib/client/reconnecting_websocket.ts";
export type { Count, Metrics, Status } from "./lib/client/socket/status.ts";
export {
  type BinaryFormat,
  type MessageData,
  type ReadyState,
  type ReadyStates,
  WebSocketTarget,
  type WebSocketTargetConstructor,
} from "./lib/client/socket/web_idl.ts";
export {
  WorkerHost,
  type WorkerHostOptions,
} from "./lib/client/workers/worker_host.ts";
export {
  WorkerWebSocket,
  type WorkerWebSocketEventMap,
} from "./lib/client/worker_websocket.ts";
export type { WriteOptions } from "./lib/client/socket/write_queue.ts";
export type {
  AttemptContext,
  Ending,
  GreetingSession,
  Hooks,
} from "./lib/worker/attempt/hooks.ts";
