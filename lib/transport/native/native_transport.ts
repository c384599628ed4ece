/**
 * The transport over the platform's own `WebSocket`. It works everywhere, but has
 * no ping frames, no backpressure on received messages, and no way to drop a
 * connection at once. While a peer answers no close frame, Chromium keeps the TCP
 * connection for 60 s, and Deno until TCP itself or the worker ends.
 *
 * @module
 */

import { type CloseInfo, LOST, NO_CLOSE_FRAME } from "../../rfc6455/close.ts";
import type { Data } from "../../queue/data.ts";
import type { Failure } from "../../connection/failure.ts";
import { utf8Length } from "../../queue/data.ts";
import { platformCloseCode } from "../close_code.ts";
import { endFailure, type TransportPhase } from "../end_failure.ts";
import type { HeldMessages } from "./held_messages.ts";
import type {
  Target,
  Transport,
  TransportKind,
  TransportListener,
} from "../transport.ts";

/** Finds out what the platform's events do not say. */
export interface PlatformReader {
  /** Watches messages that may get lost when the peer closes. */
  readonly HeldMessages?: typeof HeldMessages;
  /** Throws a `TypeError` for headers that the platform would send twice. */
  checkHeaders?(headers: Target["headers"]): void;
  /** No connection was made. */
  openingFailure(text: string): Failure;
  /** An open connection failed; `limit` is the largest accepted message, in bytes. */
  openFailure(text: string, limit: number): Failure;
}

const HIDDEN = "The platform does not say why";
/** Browsers hide it: there is no text. */
const NO_TEXT: PlatformReader = {
  openingFailure: () => ({ type: "connect", kind: "unknown", detail: HIDDEN }),
  openFailure: hiddenLoss,
};

/**
 * What an `error` event without a text means after `open`. Chromium fires it for
 * a violation of RFC 6455, and when it restores a page from the back/forward
 * cache; Firefox and Safari fire it for each loss. The losses are far more
 * frequent.
 */
export function hiddenLoss(): Failure {
  return {
    type: "lost",
    detail: "The platform does not say why, but its console may",
    event: "error",
  };
}

/** The WebSocket of browsers. */
export const nativeTransport: TransportKind = /* @__PURE__ */
  makeKind(NO_TEXT, "relayed");

/** The WebSocket of a platform without pages, where `reader` may find out more. */
export function nativeTransportWith(
  reader: PlatformReader = NO_TEXT,
): TransportKind {
  return makeKind(reader, "direct");
}

function makeKind(
  reader: PlatformReader,
  output: TransportKind["output"],
): TransportKind {
  return {
    name: "native",
    pings: false,
    pauses: false,
    output,
    connect: (target, { maxMessageSize }, listener) =>
      new NativeTransport(open(target, output, reader), {
        maxMessageSize,
        reader,
        listener,
      }),
  };
}

/** Above this many buffered bytes `send()` returns `false`; at `LOW` comes `writable`. */
const HIGH = 1024 * 1024;
const LOW = HIGH / 4;
/** How often to check the buffered bytes, in milliseconds. */
const CAPACITY_INTERVAL = 5;
/** Texts that may need more bytes than this are measured unit by unit. */
const SCRATCH = new Uint8Array(64 * 1024);
const ENCODER = new TextEncoder();

class NativeTransport implements Transport {
  readonly #socket: WebSocket;
  readonly #maxMessageSize: number;
  readonly #reader: PlatformReader;
  #listener: TransportListener | undefined;
  #phase: TransportPhase = "opening";
  #requestedCode: number | undefined;
  #failure: Failure | undefined;
  #capacityTimer: ReturnType<typeof setInterval> | undefined;
  readonly #held: HeldMessages | undefined;
  #messages = 0;

  constructor(
    socket: WebSocket,
    { maxMessageSize, reader, listener }: {
      readonly maxMessageSize: number;
      readonly reader: PlatformReader;
      readonly listener: TransportListener;
    },
  ) {
    this.#reader = reader;
    this.#socket = socket;
    this.#socket.binaryType = "arraybuffer";
    this.#maxMessageSize = maxMessageSize;
    this.#listener = listener;
    this.#held = reader.HeldMessages &&
      new reader.HeldMessages(
        this.#socket,
        () => this.#listener?.writable(),
      );
    this.#socket.onopen = () => this.#onOpen();
    this.#socket.onmessage = (event) => this.#onMessage(event.data);
    this.#socket.onerror = (event) => this.#onError(event);
    this.#socket.onclose = (event) => this.#onClose(event);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Deno does not say of each message whether it has left. */
  get unwritten(): number {
    return this.#held?.some ? Infinity : 0;
  }

  get progress(): number {
    return this.#messages;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(data: Data): boolean {
    this.#socket.send(data);
    this.#held?.add();
    if (this.#socket.bufferedAmount <= HIGH) return true;
    this.#capacityTimer ??= setInterval(
      () => this.#checkCapacity(),
      CAPACITY_INTERVAL,
    );
    return false;
  }

  ping(): void {
    throw new TypeError("Cannot ping: the platform's WebSocket has no pings");
  }

  close(closeCode: number | undefined, reason: string): void {
    const isFirst = this.#socket.readyState === WebSocket.OPEN;
    const sent = platformCloseCode(closeCode);
    if (sent === undefined) this.#socket.close();
    else this.#socket.close(sent, reason);
    if (!isFirst) return;
    this.#phase = "closing";
    this.#requestedCode = closeCode;
  }

  terminate(): void {
    this.#release();
    this.#socket.close();
  }

  pause(): void {}

  resume(): void {}

  #onOpen(): void {
    this.#phase = "open";
    const { protocol, extensions } = this.#socket;
    this.#listener?.open({ protocol, extensions });
  }

  #onMessage(data: Data): void {
    this.#messages += 1;
    const bytes = typeof data === "string" ? sizeOf(data) : data.byteLength;
    if (bytes <= this.#maxMessageSize) this.#listener?.message(data, bytes);
    else this.#refuse({ type: "too-big", limit: this.#maxMessageSize });
  }

  /** Does not wait for the answer to the close frame, which a flooding peer may never send. */
  #refuse(failure: Failure): void {
    const listener = this.#listener;
    this.#release();
    this.#socket.close(platformCloseCode(1009));
    listener?.end(LOST, failure);
  }

  #onError(event: Event): void {
    const text = "message" in event ? String(event.message) : "";
    this.#failure ??= this.#phase === "opening"
      ? this.#reader.openingFailure(text)
      : this.#reader.openFailure(text, this.#maxMessageSize);
  }

  #onClose(event: CloseEvent): void {
    const listener = this.#listener;
    this.#release();
    const info = this.#failure === undefined ? this.#infoOf(event) : LOST;
    // Our own close frame, and a loss, come after what was sent before.
    if (this.#phase !== "open" || info === LOST) this.#held?.clear();
    const context = { phase: this.#phase };
    listener?.end(info, this.#failure ?? endFailure(info, context));
  }

  #infoOf({ code, reason, wasClean }: CloseEvent): CloseInfo {
    // Deno has 0 where the standard has 1006.
    if (code === 0 || code === NO_CLOSE_FRAME) return LOST;
    const requested = this.#requestedCode;
    const isEcho = requested !== undefined &&
      code === platformCloseCode(requested);
    return { closeCode: isEcho ? requested : code, reason, wasClean };
  }

  #checkCapacity(): void {
    if (this.#socket.bufferedAmount > LOW) return;
    this.#stopChecking();
    this.#listener?.writable();
  }

  #stopChecking(): void {
    clearInterval(this.#capacityTimer);
    this.#capacityTimer = undefined;
  }

  /** The platform keeps the socket until its peer answers, but not this object. */
  #release(): void {
    this.#stopChecking();
    this.#held?.stop();
    this.#listener = undefined;
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onerror = null;
    this.#socket.onclose = null;
  }
}

function open(
  { url, protocols, headers }: Target,
  output: TransportKind["output"],
  reader: PlatformReader,
): WebSocket {
  if (Object.keys(headers).length === 0) {
    return new WebSocket(url, [...protocols]);
  }
  if (output === "relayed") {
    throw new TypeError(
      "Cannot set handshake headers: this platform's WebSocket takes none",
    );
  }
  reader.checkHeaders?.(headers);
  // The types of the DOM lack the options of Deno, Node and Bun.
  const init = { protocols: [...protocols], headers };
  const socket: WebSocket = Reflect.construct(WebSocket, [url, init]);
  return socket;
}

/** Encoding into a scratch buffer is the fastest measure of a text. */
function sizeOf(text: string): number {
  return text.length * 3 <= SCRATCH.length
    ? ENCODER.encodeInto(text, SCRATCH).written
    : utf8Length(text);
}
