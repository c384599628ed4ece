/**
 * A WebSocket that stays connected.
 *
 * @module
 */

import type { CloseInfo } from "../connection/close.ts";
import type { Data } from "../connection/config.ts";
import type { OutboxLimits } from "../connection/outbox.ts";
import type { LogLevel, StatusNotice } from "../protocol.ts";
import { resolveClose } from "./arguments.ts";
import {
  defineHandlers,
  type DisconnectEvent,
  DropEvent,
  type EndEvent,
  type FailureEvent,
  type Handler,
  HeartbeatEvent,
  type OpenEvent,
  type ReconnectingWebSocketEventMap,
} from "./events.ts";
import type { SocketError } from "./errors.ts";
import {
  Lifecycle,
  type LifecycleContext,
  type OpenInfo,
} from "./lifecycle.ts";
import {
  type Drop,
  Link,
  type LinkListener,
  type NoticeOf,
  type SendOptions,
  type SendTicket,
} from "./link.ts";
import { writeLog } from "./logger.ts";
import type { Sendable } from "./message_data.ts";
import {
  MessageStream,
  type ReceiveOptions,
  type StreamEnd,
} from "./message_stream.ts";
import { Meter } from "./meter.ts";
import type { ReconnectingWebSocketOptions, UrlSource } from "./options.ts";
import { notOpen, Probes } from "./probes.ts";
import { Providers, type Question } from "./providers.ts";
import { resolveOptions } from "./resolve_options.ts";
import type { Metrics, Status } from "./status.ts";
import { readableOf, writableOf } from "./web_streams.ts";
import {
  type BinaryFormat,
  defineInterface,
  type MessageData,
  present,
  READY_STATES,
  type ReadyState,
  sendable,
  WebSocketTarget,
} from "./web_socket_base.ts";
import { choosePool } from "./worker_host.ts";
import { outboxFull, type WriteOptions, Writer } from "./writer.ts";

type LogFields = Readonly<Record<string, string | number | boolean>>;

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

  readonly #link: Link;
  readonly #options: ReconnectingWebSocketOptions;
  readonly #providers: Providers;
  readonly #meter = new Meter();
  // Made for those who ask: most sockets send and listen, and no more.
  #probes: Probes | undefined;
  #stream: MessageStream<MessageData> | undefined;
  #writer: Writer | undefined;
  #abort: (() => void) | undefined;
  readonly #limits: OutboxLimits;
  readonly #ttl: number;
  readonly #lifecycle: Lifecycle;
  #binaryType: BinaryFormat = "arraybuffer";
  /** Whether anybody wants `message` events. */
  #audience: "none" | "listeners" = "none";
  #readable: ReadableStream<MessageData> | undefined;
  #writable: WritableStream<Sendable> | undefined;

  static readonly #states = /* @__PURE__ */ this.#define();

  /** Not in a `static` block, which would keep the class in every bundle. */
  static #define(): typeof READY_STATES {
    defineInterface(this, "ReconnectingWebSocket");
    const { addEventListener } = this.prototype;
    // Overriding it as a method would take the types of the events away.
    this.prototype.addEventListener = function (
      this: ReconnectingWebSocket,
      ...args: Parameters<EventTarget["addEventListener"]>
    ) {
      addEventListener.apply(this, args);
      const [type, listener] = args;
      if (type === "message" && listener !== null) this.#onAudience();
    };
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
    const { setup, outbox, ttl } = resolved;
    const { worker = "shared", signal } = options;
    this.#options = options;
    this.#ttl = ttl;
    this.#limits = outbox;
    this.#providers = new Providers(resolved);
    const ear = new ReconnectingWebSocket.#Ear(this);
    this.#lifecycle = new Lifecycle({
      kind: setup.autoConnect ? "connecting" : "idle",
      attempt: 0,
      worker: typeof worker === "string" ? worker : "own",
    }, ear);
    this.#link = new Link(choosePool(worker), setup, outbox, ear);
    if (signal === undefined) return;
    this.#abort = () => this.close();
    signal.addEventListener("abort", this.#abort);
    if (signal.aborted) this.close();
  }

  /** The URL, as it was resolved last and without a token; empty before it is known. */
  get url(): string {
    return this.#providers.url;
  }

  /** 0 to 3: {@linkcode CONNECTING}, {@linkcode OPEN}, {@linkcode CLOSING}, {@linkcode CLOSED}. */
  get readyState(): ReadyState {
    return this.#lifecycle.readyState;
  }

  /** The size of what the transport has not taken, in UTF-8 or binary bytes. */
  get bufferedAmount(): number {
    return this.#link.bufferedAmount;
  }

  /** The extensions that the server selected last. */
  get extensions(): string {
    return this.#lifecycle.agreed.extensions;
  }

  /** The subprotocol that the server selected last. */
  get protocol(): string {
    return this.#lifecycle.agreed.protocol;
  }

  /** What binary messages are delivered as. @default {"arraybuffer"} */
  get binaryType(): BinaryFormat {
    return this.#binaryType;
  }

  set binaryType(format: BinaryFormat) {
    // Web IDL: a value that is not in the enumeration is ignored.
    if (format === "blob" || format === "arraybuffer") {
      this.#binaryType = format;
    }
  }

  /** What it is doing; a new record each time that it changes. */
  get status(): Status {
    return this.#lifecycle.status;
  }

  /** Resolves at the first open; rejects when the end comes first. */
  get opened(): Promise<OpenInfo> {
    return this.#lifecycle.opened;
  }

  /** Resolves at an end that was asked for; rejects with the error that ended it otherwise. */
  get closed(): Promise<CloseInfo> {
    return this.#lifecycle.closed;
  }

  /** The last heartbeat's round trip, in milliseconds. */
  get latency(): number | undefined {
    return this.#meter.latency;
  }

  /** What it has done so far. */
  metrics(): Metrics {
    return this.#meter.read(this.#link);
  }

  /**
   * Sends a message, or queues it while there is no connection.
   *
   * @param data Text, or binary data, which is copied at once.
   * @throws {OutboxFullError} The outbox is full and its rule is `"reject"`.
   * @throws {ConnectionClosedError} The end was asked for, or has come.
   */
  send(data: Sendable): void {
    if (this.#lifecycle.isOver) throw this.#lifecycle.endError;
    this.#writer?.catchUp();
    const options = { ttl: this.#ttl };
    if (this.#queue(sendable(data), options) === "overflow") {
      throw outboxFull(this.#limits);
    }
  }

  /**
   * Sends a message with backpressure.
   *
   * @param data Text, or binary data, which is copied at once.
   * @param options What takes the message back.
   * @returns Settles when the transport has taken the message, or it was dropped.
   */
  async write(data: Sendable, options: WriteOptions = {}): Promise<void> {
    if (this.#lifecycle.isOver) throw this.#lifecycle.endError;
    this.#writer ??= this.#makeWriter();
    await this.#writer.write(sendable(data), { ttl: this.#ttl, ...options });
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
    if (this.#lifecycle.isOver) return;
    this.#lifecycle.close();
    this.#link.close(close.closeCode, close.reason);
  }

  /**
   * Drops the present connection or wait and connects at once.
   *
   * @param reason What the server is told, at most 123 bytes of UTF-8.
   * @throws {ConnectionClosedError} The end was asked for, or has come.
   */
  reconnect(reason?: string): void {
    const close = resolveClose(undefined, reason);
    if (this.#lifecycle.isOver) throw this.#lifecycle.endError;
    this.#link.reconnect(close.reason);
  }

  /**
   * Pings now.
   *
   * @returns The latency in milliseconds.
   */
  probe(): Promise<number> {
    if (this.readyState !== ReconnectingWebSocket.#states.OPEN) {
      return Promise.reject(notOpen());
    }
    this.#probes ??= new Probes((failure) =>
      this.#lifecycle.errorOf(failure, "undecided")
    );
    return this.#probes.start((request) => this.#link.probe(request));
  }

  /**
   * Pulls the next message.
   *
   * @param options What ends the wait.
   * @throws {DOMException} `InvalidStateError`: there is another consumer.
   * @throws {DOMException} `TimeoutError`: it took too long.
   */
  receive(options?: ReceiveOptions): Promise<MessageData> {
    this.#startPulling();
    return this.#messages.receive(options);
  }

  /**
   * Pulls messages across reconnects. It ends at an end that was asked for, and
   * throws the error that ended it otherwise; `break` releases the consumer.
   */
  [Symbol.asyncIterator](): AsyncGenerator<MessageData, void, void> {
    this.#startPulling();
    return this.#messages[Symbol.asyncIterator]();
  }

  /**
   * Messages as a stream, pulled as they are read, across reconnects. It ends as
   * iteration does; cancelling it releases the consumer and does not close the
   * socket. After that, the next access gives a new stream.
   */
  get readable(): ReadableStream<MessageData> {
    return this.#readable ??= readableOf(this.#messages, {
      begin: () => this.#startPulling(),
      released: () => this.#readable = undefined,
    });
  }

  /**
   * Messages to send as a stream that takes no more than the outbox does. A
   * message that is dropped errors it; closing or aborting it closes the socket.
   */
  get writable(): WritableStream<Sendable> {
    return this.#writable ??= writableOf({
      write: (data) => this.write(data),
      close: () => this[Symbol.asyncDispose](),
    });
  }

  /** Closes, and waits for the end. Never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#lifecycle.closed.catch(() => {});
  }

  get #messages(): MessageStream<MessageData> {
    return this.#stream ??= new MessageStream(() => this.#pull());
  }

  #startPulling(): void {
    this.#link.onavailable ??= () => this.#messages.available();
    this.#link.consume("pull");
  }

  #makeWriter(): Writer {
    return new Writer({
      link: this.#link,
      limits: this.#limits,
      send: (data, options) => this.#queue(data, options),
      ended: () => this.#lifecycle.endError,
    });
  }

  #queue(data: Sendable, options: SendOptions): SendTicket | "overflow" {
    const ticket = this.#link.send(data, options);
    if (ticket !== "overflow") this.#meter.queue(ticket);
    return ticket;
  }

  #onAudience(): void {
    this.#audience = "listeners";
    this.#link.consume("push");
  }

  /** Takes a message out of the inbox, and tells the listeners of it. */
  #pull(): MessageData | undefined {
    const message = this.#link.pull();
    return message === undefined ? undefined : this.#deliver(message);
  }

  #deliver(message: Data): MessageData {
    const data = present(message, this.#binaryType);
    const { isOver, origin } = this.#lifecycle;
    if (this.#audience === "listeners" && !isOver) {
      this.dispatchEvent(new MessageEvent("message", { data, origin }));
    }
    return data;
  }

  /** Writes a record of this thread, as the worker writes its own. */
  #log(level: LogLevel, message: string, fields: LogFields): void {
    const { logger } = this.#options;
    if (logger === undefined) return;
    const { attempt } = this.#lifecycle.status;
    const record = { level, message, fields: { attempt, ...fields } };
    writeLog(logger, { type: "log", id: this.#link.id, ...record });
  }

  async #onAsk(question: number, what: Question): Promise<void> {
    const answer = await this.#providers.ask(what);
    this.#link.answer(question, answer);
  }

  /**
   * What the parts of a socket tell it. One object of a class, as a closure for
   * each of it would be felt with a thousand sockets.
   */
  static readonly #Ear = class implements LinkListener, LifecycleContext {
    readonly #socket: ReconnectingWebSocket;

    constructor(socket: ReconnectingWebSocket) {
      this.#socket = socket;
    }

    get target(): EventTarget {
      return this.#socket;
    }

    get providers(): Providers {
      return this.#socket.#providers;
    }

    get meter(): Meter {
      return this.#socket.#meter;
    }

    status(status: StatusNotice): void {
      this.#socket.#lifecycle.onStatus(status);
    }

    opened(notice: NoticeOf<"opened">): void {
      this.#socket.#lifecycle.onOpened(notice);
    }

    message(data: Data): void {
      this.#socket.#deliver(data);
    }

    disconnected(notice: NoticeOf<"disconnected">): void {
      this.#socket.#lifecycle.onDisconnected(notice);
    }

    closed(notice: NoticeOf<"closed">): void {
      this.#socket.#writer?.end();
      this.#socket.#link.tellDrops();
      this.#socket.#lifecycle.onClosed(notice);
    }

    failed(level: LogLevel, { name, message }: SocketError): void {
      this.#socket.#log(level, message, { error: name });
    }

    ending(error: SocketError): void {
      const { signal } = this.#socket.#options;
      const abort = this.#socket.#abort;
      if (abort) signal?.removeEventListener("abort", abort);
      this.#socket.#probes?.end(error);
    }

    ended(end: StreamEnd): void {
      this.#socket.#messages.end(end);
    }

    dropped(drop: Drop): void {
      this.meter.drop(drop);
      this.#socket.#log("warn", "Messages dropped", { ...drop });
      this.target.dispatchEvent(new DropEvent(drop));
    }

    ask(question: number, what: Question): void {
      this.#socket.#onAsk(question, what);
    }

    heartbeat(notice: NoticeOf<"heartbeat">): void {
      this.meter.beat(notice);
      if (this.#socket.readyState !== ReconnectingWebSocket.#states.OPEN) {
        return;
      }
      this.target.dispatchEvent(new HeartbeatEvent(notice.latency));
    }

    probed(notice: NoticeOf<"probed">): void {
      this.#socket.#probes?.answer(notice);
    }

    log(notice: NoticeOf<"log">): void {
      const { logger } = this.#socket.#options;
      if (logger) writeLog(logger, notice);
    }
  };
}
