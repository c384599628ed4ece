/**
 * The transport over the platform's own `WebSocket`: everywhere, without ping
 * frames, without backpressure on what it receives, and without a way to drop
 * a connection at once.
 *
 * @module
 */

import { type CloseInfo, LOST, NO_CLOSE_FRAME } from "../../rfc6455/close.ts";
import type { Data } from "../../queue/data.ts";
import type { Failure } from "../../connection/failure.ts";
import { utf8Length } from "../../queue/data.ts";
import { endFailure, type TransportPhase } from "../end_failure.ts";
import { openFailure, openingFailure } from "./native_failure.ts";
import type {
  Target,
  Transport,
  TransportKind,
  TransportListener,
} from "../transport.ts";

/** The platform's own WebSocket. */
export const nativeTransport: TransportKind = {
  name: "native",
  pings: false,
  pauses: false,
  connect: (target, limits, listener) =>
    new NativeTransport(target, limits.maxMessageSize, listener),
};

/** Above this many buffered bytes `send()` asks to wait, below `LOW` it goes on. */
const HIGH = 1024 * 1024;
const LOW = HIGH / 4;
/** How often to look whether there is room again, in milliseconds. */
const ROOM_INTERVAL = 5;
/** Where the codes that the platform keeps to itself go in the private range. */
const PRIVATE_OFFSET = 3_000;
/** Codes that say what happened and are never sent (RFC 6455, 7.4.1). */
const NEVER_SENT: readonly number[] = [1004, 1005, 1006, 1015];
/** Texts that may be longer than this are measured unit by unit. */
const SCRATCH = new Uint8Array(64 * 1024);
const ENCODER = new TextEncoder();

class NativeTransport implements Transport {
  readonly #socket: WebSocket;
  readonly #maxMessageSize: number;
  #listener: TransportListener | undefined;
  #phase: TransportPhase = "opening";
  #askedCode: number | undefined;
  #failure: Failure | undefined;
  #roomTimer: ReturnType<typeof setInterval> | undefined;
  #messages = 0;

  constructor(
    target: Target,
    maxMessageSize: number,
    listener: TransportListener,
  ) {
    this.#socket = open(target);
    this.#socket.binaryType = "arraybuffer";
    this.#maxMessageSize = maxMessageSize;
    this.#listener = listener;
    this.#socket.onopen = () => this.#onOpen();
    this.#socket.onmessage = (event) => this.#onMessage(event.data);
    this.#socket.onerror = (event) => this.#onError(event);
    this.#socket.onclose = (event) => this.#onClose(event);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get progress(): number {
    return this.#messages;
  }

  send(data: Data): boolean {
    this.#socket.send(data);
    if (this.#socket.bufferedAmount <= HIGH) return true;
    this.#roomTimer ??= setInterval(() => this.#lookForRoom(), ROOM_INTERVAL);
    return false;
  }

  ping(): void {
    throw new TypeError("Cannot ping: the platform's WebSocket has no pings");
  }

  close(closeCode: number | undefined, reason: string): void {
    const isFirst = this.#socket.readyState === WebSocket.OPEN;
    const sent = wireCode(closeCode);
    if (sent === undefined) this.#socket.close();
    else this.#socket.close(sent, reason);
    if (!isFirst) return;
    this.#phase = "closing";
    this.#askedCode = closeCode;
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

  /** Does not wait for the answer, which a peer that floods may never send. */
  #refuse(failure: Failure): void {
    const listener = this.#listener;
    this.#release();
    this.#socket.close(wireCode(1009));
    listener?.end(LOST, failure);
  }

  #onError(event: Event): void {
    const text = "message" in event ? String(event.message) : "";
    this.#failure ??= this.#phase === "opening"
      ? openingFailure(text)
      : openFailure(text, this.#maxMessageSize);
  }

  #onClose(event: CloseEvent): void {
    const listener = this.#listener;
    this.#release();
    const info = this.#failure === undefined ? this.#infoOf(event) : LOST;
    const context = { phase: this.#phase };
    listener?.end(info, this.#failure ?? endFailure(info, context));
  }

  #infoOf({ code, reason, wasClean }: CloseEvent): CloseInfo {
    // Deno says 0 where the standard says 1006.
    if (code === 0 || code === NO_CLOSE_FRAME) return LOST;
    const asked = this.#askedCode;
    const isEcho = asked !== undefined && code === wireCode(asked);
    return { closeCode: isEcho ? asked : code, reason, wasClean };
  }

  #lookForRoom(): void {
    if (this.#socket.bufferedAmount > LOW) return;
    this.#stopLooking();
    this.#listener?.room();
  }

  #stopLooking(): void {
    clearInterval(this.#roomTimer);
    this.#roomTimer = undefined;
  }

  /** The platform keeps the socket until its peer answers, but nothing of ours. */
  #release(): void {
    this.#stopLooking();
    this.#listener = undefined;
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onerror = null;
    this.#socket.onclose = null;
  }
}

function open({ url, protocols, headers }: Target): WebSocket {
  if (Object.keys(headers).length === 0) {
    return new WebSocket(url, [...protocols]);
  }
  if (!("Deno" in globalThis)) {
    throw new TypeError(
      "Cannot set handshake headers: this platform's WebSocket takes none",
    );
  }
  // The DOM's types do not know Deno's options.
  const init = { protocols: [...protocols], headers };
  const socket: WebSocket = Reflect.construct(WebSocket, [url, init]);
  return socket;
}

/** The platform sends 1000 and 3000 to 4999 only (WHATWG WebSockets, 3.1). */
function wireCode(closeCode: number | undefined): number | undefined {
  if (closeCode === undefined || NEVER_SENT.includes(closeCode)) {
    return undefined;
  }
  const isKept = closeCode > 1000 && closeCode < 1015;
  return isKept ? closeCode + PRIVATE_OFFSET : closeCode;
}

/** Encoding into a scratch buffer is the quickest measure of long texts. */
function sizeOf(text: string): number {
  return text.length * 3 <= SCRATCH.length
    ? ENCODER.encodeInto(text, SCRATCH).written
    : utf8Length(text);
}
