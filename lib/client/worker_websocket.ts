/**
 * The WHATWG `WebSocket` with the socket in a worker.
 *
 * @module
 */

import { LOST } from "../rfc6455/close.ts";
import { PLATFORM_CONFIG } from "../connection/config/config.ts";
import type { Data } from "../queue/data.ts";
import type { Failure } from "../connection/failure.ts";
import { PlatformCloseEvent } from "../platform/close_event.ts";
import type { OutboxLimits } from "../queue/outbox.ts";
import type { Setup } from "../boundary/protocol.ts";
import {
  resolveClose,
  resolveProtocols,
  resolveUrl,
} from "./options/arguments.ts";
import {
  defineHandlers,
  type Handler,
  watchMessageListeners,
} from "./socket/event_handlers.ts";
import { RemoteConnection } from "./remote/remote_connection.ts";
import type { RemoteConnectionListener } from "./remote/listener.ts";
import type { NoticeOf } from "../boundary/protocol.ts";
import { type Sendable, toMessage } from "./remote/message_data.ts";
import { sizeOf } from "../queue/data.ts";
import type { WorkerWebSocketOptions } from "./options/options.ts";
import { PLATFORM_ROWS } from "./options/table.ts";
import { checkValue } from "./options/validate.ts";
import {
  type BinaryFormat,
  CLOSED,
  CLOSING,
  CONNECTING,
  defineInterface,
  OPEN,
  READY_STATES,
  type ReadyState,
  toMessageData,
  WebSocketTarget,
} from "./socket/web_idl.ts";
import { choosePool } from "./workers/worker_host.ts";

/** The events of a {@linkcode WorkerWebSocket}, by type. */
export interface WorkerWebSocketEventMap {
  /** The connection is ready. */
  open: Event;
  /** A message arrived. */
  message: MessageEvent;
  /** The connection failed; the platform's interface does not say why. */
  error: Event;
  /** The end. */
  close: CloseEvent;
}

const NO_LIMITS: OutboxLimits = {
  maxMessages: Infinity,
  maxBytes: Infinity,
  overflow: "reject",
};

/**
 * The WHATWG `WebSocket`, to the letter, with the socket in a worker: for
 * libraries that take a WebSocket class. It does not reconnect.
 *
 * @example Echoing a message
 * ```ts
 * import { WorkerWebSocket } from "@holdfast/websocket";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(data);
 *   return response;
 * });
 * const socket = new WorkerWebSocket(`ws://localhost:${server.addr.port}`);
 * socket.onopen = () => socket.send("hello");
 * socket.onmessage = ({ data }) => {
 *   console.log(data);
 *   socket.close();
 * };
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 */
export class WorkerWebSocket extends WebSocketTarget<WorkerWebSocketEventMap> {
  /** Called when the connection is ready. */
  declare onopen: Handler<WebSocket, Event>;
  /** Called with each message. */
  declare onmessage: Handler<WebSocket, MessageEvent>;
  /** Called when the connection failed. */
  declare onerror: Handler<WebSocket, Event>;
  /** Called at the end. */
  declare onclose: Handler<WebSocket, CloseEvent>;

  static readonly #states = /* @__PURE__ */ this.#define();

  readonly #connection: RemoteConnection;
  readonly #url: string;
  readonly #origin: string;
  #readyState: ReadyState = WorkerWebSocket.#states.CONNECTING;
  #reached: "nothing" | "open" = "nothing";
  #protocol = "";
  #extensions = "";
  #binaryType: BinaryFormat = "blob";
  /** Bytes that will never be sent and, as WHATWG has it, stay buffered. */
  #discardedBytes = 0;
  #crash: Failure | undefined;

  /** Not in a `static` block, which would keep the class in every bundle. */
  static #define(): typeof READY_STATES {
    defineInterface(this, "WorkerWebSocket");
    watchMessageListeners(
      this.prototype,
      (socket) => socket.#connection.incoming.consume("push"),
    );
    defineHandlers(this.prototype, ["open", "message", "error", "close"]);
    return READY_STATES;
  }

  /**
   * Starts to connect.
   *
   * @param url The URL; `http:` and `https:` stand for `ws:` and `wss:`.
   * @param protocols Subprotocols to offer, the preferred one first.
   * @param options Options that the platform's interface lacks. Unknown members are
   * ignored, since libraries pass what other classes take.
   * @throws {DOMException} `SyntaxError`: invalid URL or subprotocols.
   */
  constructor(
    url: string | URL,
    protocols: string | readonly string[] = [],
    options: WorkerWebSocketOptions = {},
  ) {
    super();
    if (arguments.length === 0) throw new TypeError("A WebSocket needs a URL");
    const { headers, transport, worker } = resolvePlatformOptions(options);
    this.#url = resolveUrl(`${url}`);
    this.#origin = new URL(this.#url).origin;
    const setup: Setup = {
      config: PLATFORM_CONFIG,
      url: this.#url,
      protocols: resolveProtocols(protocols),
      headers: { ...headers },
      transport,
      autoConnect: true,
      log: "silent",
    };
    this.#connection = new RemoteConnection(
      choosePool(worker),
      setup,
      NO_LIMITS,
      this.#listener(),
    );
    this.#connection.incoming.consume("push");
  }

  /** The URL, as it was resolved. */
  get url(): string {
    return this.#url;
  }

  /** 0 to 3: {@linkcode CONNECTING}, {@linkcode OPEN}, {@linkcode CLOSING}, {@linkcode CLOSED}. */
  get readyState(): ReadyState {
    return this.#readyState;
  }

  /** The size of what was given to `send()` and not to the network, in UTF-8 or binary bytes. */
  get bufferedAmount(): number {
    return this.#connection.outgoing.bytes + this.#discardedBytes;
  }

  /** The extensions that the server selected. */
  get extensions(): string {
    return this.#extensions;
  }

  /** The subprotocol that the server selected. */
  get protocol(): string {
    return this.#protocol;
  }

  /** What binary messages are delivered as. @default {"blob"} */
  get binaryType(): BinaryFormat {
    return this.#binaryType;
  }

  set binaryType(format: BinaryFormat) {
    // Web IDL: a value that is not in the enumeration is ignored.
    if (format === "blob" || format === "arraybuffer") {
      this.#binaryType = format;
    }
  }

  /**
   * Sends a message. After `close()` it only grows `bufferedAmount`.
   *
   * @param data Text, or binary data, which is copied at once.
   * @throws {DOMException} `InvalidStateError`: the connection is not open yet.
   */
  send(data: Sendable): void {
    if (arguments.length === 0) throw new TypeError("send() needs an argument");
    const message = toMessage(data);
    if (this.#readyState === CONNECTING) {
      throw new DOMException(
        "Cannot send: the connection is not open yet",
        "InvalidStateError",
      );
    }
    if (this.#readyState === OPEN) this.#connection.outgoing.push(message);
    else this.#discardedBytes += sizeOf(message);
  }

  /**
   * Closes the connection.
   *
   * @param code 1000, or 3000 to 4999.
   * @param reason At most 123 bytes of UTF-8.
   * @throws {DOMException} `InvalidAccessError`: another code.
   * @throws {DOMException} `SyntaxError`: the reason is too long.
   */
  close(code?: number, reason?: string): void {
    const { closeCode, reason: text } = resolveClose(code, reason);
    if (this.#readyState >= CLOSING) return;
    this.#readyState = CLOSING;
    this.#connection.close(closeCode, text);
  }

  #listener(): RemoteConnectionListener {
    return {
      opened: (notice) => this.#onOpened(notice),
      message: (data) => this.#onMessage(data),
      disconnected: ({ failure }) => this.#onCrash(failure),
      closed: (notice) => this.#onClosed(notice),
      dropped: ({ direction, bytes }) => {
        if (direction === "outbound") this.#discardedBytes += bytes;
      },
      ...IGNORED,
    };
  }

  #onOpened({ protocol, extensions }: NoticeOf<"opened">): void {
    if (this.#readyState !== CONNECTING) return;
    this.#reached = "open";
    this.#readyState = OPEN;
    this.#protocol = protocol;
    this.#extensions = extensions;
    this.dispatchEvent(new Event("open"));
  }

  #onMessage(message: Data): void {
    if (this.#readyState !== OPEN) return;
    const data = toMessageData(message, this.#binaryType);
    this.dispatchEvent(
      new MessageEvent("message", { data, origin: this.#origin }),
    );
  }

  /** Ends the connection: a `WebSocket` does not try again. */
  #onCrash(failure: Failure | undefined): void {
    this.#crash = failure;
    this.#connection.close(undefined, "");
  }

  /** As Chromium does it: most of what is lost after `open` fires no `error`. */
  #onClosed({ info, failure = this.#crash }: NoticeOf<"closed">): void {
    const failed = this.#reached === "nothing" || isBroken(failure);
    const { closeCode: code, reason, wasClean } = failed ? LOST : info;
    this.#readyState = CLOSED;
    if (failed) this.dispatchEvent(new Event("error"));
    this.dispatchEvent(
      new PlatformCloseEvent("close", { code, reason, wasClean }),
    );
  }
}

/** Ignores unknown members: libraries pass what other classes take, and `null` for nothing. */
function resolvePlatformOptions(
  options: Readonly<Record<string, unknown>>,
): Required<WorkerWebSocketOptions> {
  const resolved: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(PLATFORM_ROWS)) {
    const value = options[name];
    if (value) checkValue(value, name, row);
    resolved[name] = value || row.default;
  }
  return resolved as Required<WorkerWebSocketOptions>;
}

/** Events that the platform's interface lacks. */
const IGNORED: Pick<
  RemoteConnectionListener,
  "status" | "request" | "heartbeat" | "probed" | "log"
> = {
  status() {},
  request() {},
  heartbeat() {},
  probed() {},
  log() {},
};

/** Whether a connection was failed (RFC 6455, 7.1.7), rather than closed or lost. */
function isBroken(failure: Failure | undefined): boolean {
  switch (failure?.type) {
    case undefined:
    case "closed":
    case "close-timeout":
      return false;
    case "lost":
      return failure.event === "error";
    case "exhausted":
      return isBroken(failure.cause);
  }
  return true;
}
