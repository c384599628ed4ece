/**
 * A WebSocket that stays connected.
 *
 * @module
 */

import type { CloseInfo } from "../rfc6455/close.ts";
import { resolveClose } from "./options/arguments.ts";
import type {
  DisconnectEvent,
  EndEvent,
  FailureEvent,
  OpenEvent,
  ReconnectingWebSocketEventMap,
} from "./socket/events.ts";
import {
  defineHandlers,
  type Handler,
  watchMessageListeners,
} from "./socket/event_handlers.ts";
import type { OpenInfo } from "./socket/lifecycle.ts";
import { type Sendable, toMessage } from "./remote/message_data.ts";
import type { ReceiveOptions } from "./socket/message_stream.ts";
import type {
  ReconnectingWebSocketOptions,
  UrlSource,
} from "./options/options.ts";
import type { SessionInfo } from "./remote/session_record.ts";
import { notOpen } from "./socket/probes.ts";
import { resolveOptions } from "./options/resolve.ts";
import { SocketParts } from "./socket/socket_parts.ts";
import type { Metrics, Status } from "./socket/status.ts";
import { readableOf, writableOf } from "./socket/web_streams.ts";
import {
  type BinaryFormat,
  defineInterface,
  type MessageData,
  READY_STATES,
  type ReadyState,
  WebSocketTarget,
} from "./socket/web_idl.ts";
import { outboxFull, type WriteOptions } from "./socket/write_queue.ts";

/**
 * A WebSocket that stays connected, with the socket in a worker.
 *
 * @example Reading a feed across reconnects
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(`You said ${data}`);
 *   return response;
 * });
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`);
 * socket.send("hello");
 * console.log(await socket.receive());
 * ```
 */
export class ReconnectingWebSocket
  extends WebSocketTarget<ReconnectingWebSocketEventMap>
  implements AsyncDisposable {
  /** Called each time that a connection is ready. */
  declare onopen: Handler<ReconnectingWebSocket, OpenEvent>;
  /** Called with each message. */
  declare onmessage: Handler<ReconnectingWebSocket, MessageEvent>;
  /** Called before each unclean `disconnect` or `close`. */
  declare onerror: Handler<ReconnectingWebSocket, FailureEvent>;
  /** Called at the end. */
  declare onclose: Handler<ReconnectingWebSocket, EndEvent>;
  /** Called when a connection was lost or an attempt failed, and it will be tried again. */
  declare ondisconnect: Handler<ReconnectingWebSocket, DisconnectEvent>;

  readonly #parts: SocketParts;
  #readable: ReadableStream<MessageData> | undefined;
  #writable: WritableStream<Sendable> | undefined;

  static readonly #states = /* @__PURE__ */ this.#define();

  /** Not in a `static` block, which would keep the class in every bundle. */
  static #define(): typeof READY_STATES {
    defineInterface(this, "ReconnectingWebSocket");
    watchMessageListeners(this.prototype, (socket) => socket.#parts.listen());
    defineHandlers(this.prototype, [
      "open",
      "message",
      "error",
      "close",
      "disconnect",
    ]);
    return READY_STATES;
  }

  /**
   * Starts to connect, unless `autoConnect` is `false`.
   *
   * @param url Where to, or a function that is asked before each attempt.
   * @param protocols Subprotocols to offer, the preferred one first.
   * @param options How to stay connected.
   * @throws {DOMException} `SyntaxError`: invalid URL or subprotocols.
   * @throws {TypeError} An unknown option, or a value of a wrong type.
   * @throws {RangeError} A number out of range.
   */
  constructor(
    url: UrlSource,
    protocols: string | readonly string[] = [],
    options: ReconnectingWebSocketOptions = {},
  ) {
    super();
    const resolved = resolveOptions(url, protocols, options);
    this.#parts = new SocketParts(this, resolved, options);
    this.#parts.followAbortSignal();
  }

  /** The URL of the present attempt or connection, without a token; empty before it is known. */
  get url(): string {
    return this.#parts.providers.url;
  }

  /** 0 to 3: {@linkcode CONNECTING}, {@linkcode OPEN}, {@linkcode CLOSING}, {@linkcode CLOSED}. */
  get readyState(): ReadyState {
    return this.#parts.lifecycle.readyState;
  }

  /**
   * The size of what was not written to the network yet, in UTF-8 or binary bytes.
   * A message counts until all of it is; with a session, until the server has
   * accepted it.
   */
  get bufferedAmount(): number {
    return this.#parts.connection.outgoing.bytes;
  }

  /** The extensions that the server selected last. */
  get extensions(): string {
    return this.#parts.lifecycle.agreed.extensions;
  }

  /** The subprotocol that the server selected last. */
  get protocol(): string {
    return this.#parts.lifecycle.agreed.protocol;
  }

  /** What binary messages are delivered as. @default {"arraybuffer"} */
  get binaryType(): BinaryFormat {
    return this.#parts.binaryType;
  }

  set binaryType(format: BinaryFormat) {
    // Web IDL: a value that is not in the enumeration is ignored.
    if (format === "blob" || format === "arraybuffer") {
      this.#parts.binaryType = format;
    }
  }

  /** What it is doing; a new record each time that it changes. */
  get status(): Status {
    return this.#parts.lifecycle.status;
  }

  /** Resolves at the first open; rejects when the end comes first. */
  get opened(): Promise<OpenInfo> {
    return this.#parts.lifecycle.opened;
  }

  /** Resolves at an end that was asked for; rejects with the error that ended it otherwise. */
  get closed(): Promise<CloseInfo> {
    return this.#parts.lifecycle.closed;
  }

  /** The last heartbeat's round trip, in milliseconds. */
  get latency(): number | undefined {
    return this.#parts.counters.latency;
  }

  /** How far the session is; `undefined` before it has begun, and without the option `session`. */
  get session(): SessionInfo | undefined {
    return this.#parts.connection.session?.info;
  }

  /**
   * Says that the application is done with all messages up to a number, where the
   * option `session` has `ack: "manual"`.
   *
   * @param number The `lastEventId` of the last of these messages.
   */
  acknowledge(number: number | string): void {
    this.#parts.connection.session?.acknowledge(Number(number));
  }

  /** What it has done so far. */
  metrics(): Metrics {
    return this.#parts.counters.read(this.#parts.connection);
  }

  /**
   * Sends a message, or queues it while there is no connection.
   *
   * @param data Text, or binary data, which is copied at once.
   * @throws {OutboxFullError} The outbox is full and its rule is `"reject"`.
   * @throws {ConnectionClosedError} The end was asked for, or has come.
   */
  send(data: Sendable): void {
    const { lifecycle, connection, limits, ttl } = this.#parts;
    if (lifecycle.isOver) throw lifecycle.endError;
    const handle = connection.outgoing.push(toMessage(data), ttl);
    if (handle === "overflow") throw outboxFull(limits);
  }

  /**
   * Sends a message with backpressure.
   *
   * @param data Text, or binary data, which is copied at once.
   * @param options What takes the message back; its signal's reason is thrown.
   * @returns Resolves when the transport has taken the message.
   * @throws {MessageExpiredError} Its `ttl` ran out.
   * @throws {OutboxFullError} It can never fit, or the outbox dropped it.
   * @throws {ConnectionLostError} It was lost with its worker, connection or session, or refused.
   * @throws {SocketError} What ended the socket: {@linkcode ConnectionClosedError} after `close()`.
   */
  write(data: Sendable, options: WriteOptions = {}): Promise<void> {
    return this.#parts.write(data, options);
  }

  /**
   * Ends it for good, from any state.
   *
   * @param closeCode 1000, or 3000 to 4999.
   * @param reason At most 123 bytes of UTF-8.
   * @throws {DOMException} `InvalidAccessError`: another code.
   * @throws {DOMException} `SyntaxError`: the reason is too long.
   */
  close(closeCode?: number, reason?: string): void {
    const close = resolveClose(closeCode, reason);
    if (this.#parts.lifecycle.isOver) return;
    this.#parts.lifecycle.close();
    this.#parts.connection.close(close.closeCode, close.reason);
  }

  /**
   * Drops the present connection or wait and connects at once.
   *
   * @param reason The reason for the server, at most 123 bytes of UTF-8.
   * @throws {ConnectionClosedError} The end was asked for, or has come.
   */
  reconnect(reason?: string): void {
    const close = resolveClose(undefined, reason);
    if (this.#parts.lifecycle.isOver) throw this.#parts.lifecycle.endError;
    this.#parts.connection.reconnect(close.reason);
  }

  /**
   * Pings now. A connection that does not answer within `probeTimeout` is lost.
   *
   * @returns The latency in milliseconds.
   * @throws {DOMException} `InvalidStateError`: it is not open, or a full inbox pauses it.
   * @throws {DOMException} `NotSupportedError`: the transport has no ping frames,
   * and there is no `heartbeat.message`.
   * @throws {SocketError} What ended the connection: {@linkcode HeartbeatTimeoutError} without an answer.
   */
  probe(): Promise<number> {
    if (this.readyState !== ReconnectingWebSocket.#states.OPEN) {
      return Promise.reject(notOpen());
    }
    return this.#parts.probe();
  }

  /**
   * Pulls the next message.
   *
   * @param options What ends the wait; its signal's reason is thrown.
   * @throws {DOMException} `InvalidStateError`: there is another consumer.
   * @throws {DOMException} `TimeoutError`: it took too long.
   * @throws {SocketError} What ended the socket: {@linkcode ConnectionClosedError} after `close()`.
   */
  receive(options?: ReceiveOptions): Promise<MessageData> {
    this.#parts.startPulling();
    return this.#parts.messages.receive(options);
  }

  /**
   * Pulls messages across reconnects. It ends at an end that was asked for, and
   * throws the error that ended it otherwise; `break` releases the consumer.
   */
  [Symbol.asyncIterator](): AsyncGenerator<MessageData, void, void> {
    this.#parts.startPulling();
    return this.#parts.messages[Symbol.asyncIterator]();
  }

  /**
   * Messages as a stream, pulled as they are read, across reconnects. It ends as
   * iteration does; cancelling it releases the consumer and does not close the
   * socket. After that, the next access gives a new stream.
   */
  get readable(): ReadableStream<MessageData> {
    return this.#readable ??= readableOf(this.#parts.messages, {
      begin: () => this.#parts.startPulling(),
      released: () => this.#readable = undefined,
    });
  }

  /**
   * Messages to send as a stream that takes no more than the outbox does. A
   * message that is dropped errors it, and the next access gives a new stream;
   * closing or aborting it closes the socket.
   */
  get writable(): WritableStream<Sendable> {
    return this.#writable ??= writableOf({
      write: (data) => this.write(data),
      close: () => this[Symbol.asyncDispose](),
      errored: () => this.#writable = undefined,
    });
  }

  /** Closes, and waits for the end. Never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#parts.lifecycle.closed.catch(() => {});
  }
}
