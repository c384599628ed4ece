/**
 * The transport over the npm package `ws`, in Deno: with ping frames, TCP
 * backpressure, the status of a refused handshake, and an end at once.
 *
 * Import it by `load_transport.ts` only, which keeps it out of bundles for
 * browsers.
 *
 * @module
 */

import { type CloseInfo, LOST, NO_CLOSE_FRAME } from "../../rfc6455/close.ts";
import type { Data } from "../../queue/data.ts";
import type { Failure } from "../../connection/failure.ts";
import { endFailure, type TransportPhase } from "../end_failure.ts";
import type {
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

/** Whose the globals are: a worker's of our own, or the application's. */
export type Realm = "own" | "shared";

/** Above this many buffered bytes `send()` asks to wait, below `LOW` it goes on. */
const HIGH = 1024 * 1024;
const LOW = HIGH / 4;
/** `ws` takes the limit for a 32-bit integer, and 0 for none. */
const MAX_PAYLOAD = 2 ** 31 - 1;
/** How long a peer may keep TCP open after the last frame, in milliseconds. */
const LINGER = 1_000;
/** More unanswered pings than a heartbeat leaves. */
const MAX_PINGS = 16;
/**
 * RFC 6455, 5.4 knows no limit of fragments, and `maxMessageSize` bounds their
 * bytes. Each costs about 100 bytes of memory besides, so there is a limit far
 * beyond what any server sends.
 */
const MAX_FRAGMENTS = 2 ** 20;
/** Codes that say what happened and are never sent (RFC 6455, 7.4.1). */
const NEVER_SENT: readonly number[] = [1004, 1005, 1006, 1015];
/** `readyState` of an open connection. */
const OPEN = 1;
const NO_PINGS: readonly string[] = [];

let loading: Promise<TransportKind> | undefined;

/**
 * Loads `ws`.
 *
 * @param realm `"own"`: no permission to read the environment is needed, as it
 * is hidden for the moment of the import.
 * @returns The transport.
 */
export function loadWsTransport(
  realm: Realm = "shared",
): Promise<TransportKind> {
  loading ??= (realm === "own" ? hideEnvironment(load) : load()).catch(
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

async function load(): Promise<TransportKind> {
  const { default: WebSocket } = await import("ws");
  // A listener for each event of each socket would be felt with a thousand.
  class Socket extends WebSocket {
    transport: WsTransport | undefined;
    override emit(
      ...event: readonly [string | symbol, ...unknown[]]
    ): boolean {
      this.transport?.hear(event as WsEvent);
      return true;
    }
  }
  return {
    name: "ws",
    pings: true,
    pauses: true,
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

/** `ws` reads two variables at import, which would need `--allow-env`. */
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
    headers: { ...target.headers },
    maxPayload: Math.min(maxMessageSize, MAX_PAYLOAD),
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_FRAGMENTS,
    // It ends a connection that has more than 60 pings to answer.
    autoPong: false,
    // In Deno 2.9, what does not inflate fails after its callback: `ws` then
    // throws where nobody can catch it, and a server could end the worker.
    perMessageDeflate: false,
    finishRequest: (request) => {
      // RFC 6455, 4.1 allows "a,b", which `ws` sends; `Deno.serve` takes it for one name.
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
  #pings: readonly string[] = NO_PINGS;
  #listener: TransportListener | undefined;
  #phase: TransportPhase = "opening";
  #socket: TcpSocket | undefined;
  #failure: Failure | undefined;
  #detail: string | undefined;
  #flushing: "now" | "later" = "now";
  #room: "there" | "awaited" = "there";
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

  /** Takes what `ws` emits; it tells even of a `terminate()` by an error. */
  hear(event: WsEvent): void {
    switch (event[0]) {
      case "upgrade":
        return this.#onUpgrade(event[1]);
      case "open":
        return this.#onOpen();
      case "message":
        return this.#onMessage(event[1], event[2]);
      case "pong":
        return this.#onPong(event[1].toString());
      case "unexpected-response":
        return this.#onRefusal(event[2]);
      case "error":
        return this.#onError(event[1]);
      case "close":
        return this.#onClose(event[1], event[2]);
      case "ping":
        return this.#onPing(event[1]);
    }
  }

  get isOpen(): boolean {
    return this.#ws.readyState === OPEN;
  }

  get progress(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  send(data: Data): boolean {
    this.#flushLater();
    const size = typeof data === "string" ? data.length * 3 : data.byteLength;
    if (this.#ws.bufferedAmount + size <= HIGH) {
      this.#ws.send(data);
      return true;
    }
    this.#ws.send(data, () => this.#noticeRoom());
    if (this.#ws.bufferedAmount <= HIGH) return true;
    this.#room = "awaited";
    return false;
  }

  ping(payload: string): void {
    this.#pings = [...this.#pings, payload].slice(-MAX_PINGS);
    this.#ws.ping(payload);
  }

  close(closeCode: number | undefined, reason: string): void {
    const isFirst = this.#ws.readyState === OPEN;
    if (closeCode === undefined || NEVER_SENT.includes(closeCode)) {
      this.#ws.close();
    } else {
      this.#ws.close(closeCode, reason);
    }
    if (isFirst) this.#phase = "closing";
  }

  terminate(): void {
    this.#release();
    this.#ws.terminate();
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  /** One write for all that is sent in one turn: 8 times the messages per second. */
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
    // Both close frames are out, or ours after an error; TCP is the peer's to close.
    socket.on("finish", () => this.#linger());
  }

  #onRefusal(response: WsResponse): void {
    this.#failure = handshakeFailure(response, Date.now());
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

  /** An answer to a ping stands for those before it (RFC 6455, 5.5.3). */
  #onPong(payload: string): void {
    const index = this.#pings.indexOf(payload);
    if (index < 0) return;
    this.#pings = this.#pings.slice(index + 1);
    this.#listener?.pong(payload);
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

  #noticeRoom(): void {
    if (this.#room === "there" || this.#ws.bufferedAmount > LOW) return;
    this.#room = "there";
    this.#listener?.room();
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

/** All empty messages of `ws` are one buffer, which can be transferred once. */
function ownBuffer(data: ArrayBuffer | Uint8Array): ArrayBuffer {
  if (data instanceof ArrayBuffer && data.byteLength > 0) return data;
  return new ArrayBuffer(0);
}
