/**
 * The transport over the npm package `ws`, in Node, Bun and Deno: with ping frames, TCP
 * backpressure, the status of a refused handshake, and `terminate()`.
 *
 * Only `load.ts` may import it, which keeps it out of bundles for browsers.
 *
 * @module
 */

import { type CloseInfo, LOST, NO_CLOSE_FRAME } from "../../rfc6455/close.ts";
import type { Data } from "../../queue/data.ts";
import type { Failure } from "../../connection/failure.ts";
import { isSent } from "../close_code.ts";
import { endFailure, type TransportPhase } from "../end_failure.ts";
import { SentPings } from "../sent_pings.ts";
import { othersHadTheirTurn, Turn } from "../turn.ts";
import { withUserAgent } from "../user_agent.ts";
import type {
  Realm,
  Target,
  Transport,
  TransportKind,
  TransportListener,
} from "../transport.ts";
import { handshakeFailure, openFailure, openingFailure } from "./ws_failure.ts";
import type {
  TcpSocket,
  Ws,
  WsEvent,
  WsOptions,
  WsResponse,
  WsUpgrade,
} from "./ws_types.ts";

/** Above this many buffered bytes `send()` returns `false`; at `LOW` comes `writable`. */
const HIGH = 1024 * 1024;
const LOW = HIGH / 4;
/** `ws` reads the limit as a 32-bit integer, and 0 as no limit. */
const MAX_PAYLOAD = 2 ** 31 - 1;
/** How long a peer may keep TCP open after the last frame, in milliseconds. */
const LINGER = 1_000;
/** What a frame costs besides its bytes, in bytes. */
const FRAME = 256;
/**
 * RFC 6455, 5.4 has no limit of fragments, and `maxMessageSize` bounds their bytes.
 * But each one costs about 100 bytes of memory, so there is a limit, far beyond what
 * any server sends.
 */
const MAX_FRAGMENTS = 2 ** 20;
/** The greatest header block that Chromium accepts, in bytes. */
const MAX_HEADERS = 256 * 1024;
/** `readyState` of an open connection. */
const OPEN = 1;
/** RFC 6455, 4.1. */
const NO_UPGRADE = "Status 101 without the headers Upgrade and Connection";

let loading: Promise<TransportKind> | undefined;

/**
 * Loads `ws`.
 *
 * @param realm `"own"`: the environment is hidden during the import, so that no
 * permission to read it is needed.
 * @returns The transport.
 */
export function loadWsTransport(
  realm: Realm = "shared",
): Promise<TransportKind> {
  const isHidden = realm === "own" && "Deno" in globalThis;
  loading ??= (isHidden ? hideEnvironment(load) : load()).catch(
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

async function load(): Promise<TransportKind> {
  const { default: WebSocket } = await import("ws");
  if (!("setSocket" in WebSocket.prototype)) {
    throw new TypeError("the runtime has a stand-in for ws that lacks a part");
  }
  // One method instead of a listener per event: it saves memory with 1,000 sockets.
  class Socket extends WebSocket {
    transport: WsTransport | undefined;
    override emit(
      ...event: readonly [string | symbol, ...unknown[]]
    ): boolean {
      this.transport?.onEvent(event as WsEvent);
      return true;
    }
  }
  return {
    name: "ws",
    pings: true,
    pauses: true,
    output: "direct",
    connect: (target, { maxMessageSize }, listener) => {
      const ws = new Socket(
        target.url,
        [...target.protocols],
        optionsFor(target, maxMessageSize),
      );
      ws.transport = new WsTransport(ws, { maxMessageSize, listener });
      return ws.transport;
    },
  };
}

/** `ws` reads two environment variables at import, which needs `--allow-env`. */
async function hideEnvironment<T>(action: () => Promise<T>): Promise<T> {
  const process: { env: unknown } = Reflect.get(globalThis, "process");
  const { env } = process;
  process.env = {};
  try {
    return await action();
  } finally {
    process.env = env;
  }
}

function optionsFor(target: Target, maxMessageSize: number): WsOptions {
  return {
    headers: withUserAgent(target.headers),
    maxHeaderSize: MAX_HEADERS,
    // RFC 9112 has user agents accept folded fields (5.2) and lets them accept lines
    // that end with LF alone (2.2). It is insecure where connections are shared.
    insecureHTTPParser: true,
    maxPayload: Math.min(maxMessageSize, MAX_PAYLOAD),
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_FRAGMENTS,
    // `ws` itself ends a connection with more than 60 pings to answer.
    autoPong: false,
    // In Deno 2.9, invalid compressed data fails after its callback: `ws` then throws
    // an error that cannot be caught, and a server could end the worker.
    perMessageDeflate: false,
    finishRequest: (request) => {
      // `ws` sends "a,b", as RFC 6455, 4.1 allows; `Deno.serve` reads it as one name.
      if (target.protocols.length > 0) {
        request.setHeader(
          "Sec-WebSocket-Protocol",
          target.protocols.join(", "),
        );
      }
      request.end();
    },
  };
}

class WsTransport implements Transport {
  readonly #ws: Ws;
  readonly #maxMessageSize: number;
  readonly #pings = new SentPings();
  #listener: TransportListener | undefined;
  #phase: TransportPhase = "opening";
  #socket: TcpSocket | undefined;
  #failure: Failure | undefined;
  #detail: string | undefined;
  #flushing: "now" | "later" = "now";
  #capacity: "free" | "awaited" = "free";
  #reading: "on" | "paused" = "on";
  readonly #turn = new Turn(() => performance.now());
  #turnOf: "ours" | "others" = "ours";
  /** The latest ping, while an answer is being written. */
  #answering: Uint8Array | undefined;
  #lingerTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    ws: Ws,
    { maxMessageSize, listener }: {
      readonly maxMessageSize: number;
      readonly listener: TransportListener;
    },
  ) {
    this.#ws = ws;
    this.#maxMessageSize = maxMessageSize;
    this.#listener = listener;
    ws.binaryType = "arraybuffer";
  }

  /** Handles an event of `ws`, which emits an error even after `terminate()`. */
  onEvent(event: WsEvent): void {
    switch (event[0]) {
      case "upgrade":
        return this.#onUpgrade(event[1]);
      case "open":
        return this.#onOpen();
      case "message":
        this.#count(event[1].byteLength);
        return this.#onMessage(event[1], event[2]);
      case "pong":
        this.#count(event[1].byteLength);
        return this.#onPong(event[1].toString());
      case "unexpected-response":
        return this.#onRefusal(event[2]);
      case "error":
        return this.#onError(event[1]);
      case "close":
        return this.#onClose(event[1], event[2]);
      case "ping":
        this.#count(event[1].byteLength);
        return this.#onPing(event[1]);
    }
  }

  get isOpen(): boolean {
    return this.#ws.readyState === OPEN;
  }

  get progress(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  send(data: Data): boolean {
    this.#flushLater();
    const size = typeof data === "string" ? data.length * 3 : data.byteLength;
    if (this.#ws.bufferedAmount + size <= HIGH) {
      this.#ws.send(data);
      return true;
    }
    this.#ws.send(data, () => this.#onWritten());
    if (this.#ws.bufferedAmount <= HIGH) return true;
    this.#capacity = "awaited";
    return false;
  }

  ping(payload: string): void {
    this.#pings.add(payload);
    this.#ws.ping(payload);
  }

  close(closeCode: number | undefined, reason: string): void {
    const isFirst = this.#ws.readyState === OPEN;
    if (isSent(closeCode)) this.#ws.close(closeCode, reason);
    else this.#ws.close();
    if (isFirst) this.#phase = "closing";
  }

  terminate(): void {
    this.#release();
    this.#ws.terminate();
  }

  pause(): void {
    this.#reading = "paused";
    this.#ws.pause();
  }

  resume(): void {
    this.#reading = "on";
    if (this.#turnOf === "ours") this.#ws.resume();
  }

  /** Lets others have a turn, after a peer has kept the thread busy. */
  #count(bytes: number): void {
    if (!this.#turn.isOverAfter(bytes + FRAME)) return;
    if (this.#turnOf === "others") return;
    this.#turnOf = "others";
    this.#ws.pause();
    othersHadTheirTurn().then(() => {
      this.#turnOf = "ours";
      if (this.#reading === "on") this.#ws.resume();
    });
  }

  /** Writes once for all messages of a microtask: 8 times the messages per second. */
  #flushLater(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#flushing === "later") return;
    this.#flushing = "later";
    socket.cork();
    queueMicrotask(() => {
      this.#flushing = "now";
      socket.uncork();
    });
  }

  #onUpgrade({ socket }: WsUpgrade): void {
    this.#socket = socket;
    socket.on("error", ({ message }) => this.#detail = message);
    // Both close frames are sent, or ours after an error: now the peer closes TCP.
    socket.on("finish", () => this.#linger());
  }

  #onRefusal(response: WsResponse): void {
    this.#failure = response.statusCode === 101
      ? { type: "protocol", closeCode: 1002, detail: NO_UPGRADE }
      : handshakeFailure(response, Date.now());
    this.#ws.terminate();
  }

  #onOpen(): void {
    this.#phase = "open";
    const { protocol, extensions } = this.#ws;
    this.#listener?.open({ protocol, extensions });
  }

  #onMessage(data: ArrayBuffer | Uint8Array, isBinary: boolean): void {
    const bytes = data.byteLength;
    if (!isBinary) this.#listener?.message(data.toString(), bytes);
    else this.#listener?.message(ownBuffer(data), bytes);
  }

  /** The latest ping is the only one that needs an answer (RFC 6455, 5.5.3). */
  #onPing(payload: Uint8Array): void {
    if (this.#answering === undefined) this.#answer(payload);
    // A copy, since it is a part of a larger buffer.
    else this.#answering = new Uint8Array(payload);
  }

  #answer(payload: Uint8Array): void {
    if (!this.isOpen) return;
    this.#answering = payload;
    this.#ws.pong(payload, true, () => this.#onAnswered(payload));
  }

  /** An answer was written, so that the latest ping since can have one. */
  #onAnswered(payload: Uint8Array): void {
    const latest = this.#answering;
    this.#answering = undefined;
    if (latest !== undefined && latest !== payload) this.#answer(latest);
  }

  #onPong(payload: string): void {
    if (this.#pings.answer(payload)) this.#listener?.pong(payload);
  }

  #onError(error: Error): void {
    if (this.#phase === "opening") {
      this.#failure ??= openingFailure(error);
      return;
    }
    this.#failure ??= openFailure(error, this.#maxMessageSize);
    this.#linger();
  }

  #onClose(closeCode: number, reason: Uint8Array): void {
    const listener = this.#listener;
    this.#release();
    const isLost = this.#failure !== undefined || closeCode === NO_CLOSE_FRAME;
    const info: CloseInfo = isLost
      ? LOST
      : { closeCode, reason: reason.toString(), wasClean: true };
    const context = { phase: this.#phase, detail: this.#detail };
    listener?.end(info, this.#failure ?? endFailure(info, context));
  }

  #onWritten(): void {
    if (this.#capacity === "free" || this.#ws.bufferedAmount > LOW) return;
    this.#capacity = "free";
    this.#listener?.writable();
  }

  #linger(): void {
    if (this.#listener === undefined) return;
    this.#lingerTimer ??= setTimeout(() => this.#ws.terminate(), LINGER);
  }

  #release(): void {
    clearTimeout(this.#lingerTimer);
    this.#listener = undefined;
  }
}

/** All empty messages of `ws` share one buffer, which can be transferred only once. */
function ownBuffer(data: ArrayBuffer | Uint8Array): ArrayBuffer {
  if (data instanceof ArrayBuffer && data.byteLength > 0) return data;
  return new ArrayBuffer(0);
}
