/**
 * A client that drives the machine of `lib/session` over a real WebSocket.
 *
 * @module
 */

import { WebSocket } from "ws";
import {
  clientDeadline,
  clientTransition,
} from "../../lib/session/client/client.ts";
import { canSend } from "../../lib/session/client/sending.ts";
import {
  type ClientConfig,
  type ClientEffect,
  type ClientEvent,
  type ClientState,
  newClient,
  type Outgoing,
  type SessionNews,
} from "../../lib/session/client/state.ts";
import { decodeFrame } from "../../lib/session/wire/frame.ts";
import { SUBPROTOCOL } from "../../lib/session/wire/limits.ts";
import { type Payload, payloadBytes } from "../../lib/session/wire/payload.ts";
import { Waiters } from "./waiters.ts";

const CONFIG: ClientConfig = {
  capacity: { messages: 64, bytes: 1 << 20 },
  maxMessage: 100_000,
  ttl: 120_000,
  protocols: ["chat"],
  onLost: "continue",
  onUnknown: "drop",
  answerTimeout: 5_000,
  answerBy: Infinity,
  closeTimeout: 2_000,
};

/** What a client is made with. */
export interface TestClientOptions {
  readonly auth?: string;
  readonly config?: Partial<ClientConfig>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The state of another client, as of a copied tab. */
  readonly state?: ClientState;
  /** Whether deliveries are consumed at once. */
  readonly consumes?: "at once" | "never";
}

type EffectOf<T extends ClientEffect["type"]> = Extract<
  ClientEffect,
  { type: T }
>;

/** A session's client. Nothing dials again by itself. */
export class TestClient {
  readonly delivered: Payload[] = [];
  readonly accepted: number[] = [];
  readonly news: SessionNews[] = [];
  readonly dropped: EffectOf<"dropped">[] = [];
  readonly missed: EffectOf<"missed">[] = [];
  readonly closeCodes: number[] = [];
  /** Of connections that another one of this client has replaced. */
  readonly staleCloses: number[] = [];
  state: ClientState;
  url: string;
  readonly #options: TestClientOptions;
  readonly #config: ClientConfig;
  readonly #outbox: Outgoing[] = [];
  readonly #waiters = new Waiters();
  /** All that are not closed. */
  readonly #sockets = new Set<WebSocket>();
  #socket: WebSocket | undefined;
  #connection = 0;
  #ids = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, options: TestClientOptions = {}) {
    this.url = url;
    this.#options = options;
    this.#config = { ...CONFIG, ...options.config };
    this.state = options.state ?? newClient(crypto.randomUUID());
  }

  /** Dials, and waits until the session is there or the connection is gone. */
  async connect(): Promise<this> {
    const news = this.news.length;
    const closes = this.closeCodes.length;
    this.dial();
    await this.until(() =>
      this.news.length > news || this.closeCodes.length > closes
    );
    return this;
  }

  /** Dials. A connection that there is already is not read any more. */
  dial(): void {
    const connection = this.#connection += 1;
    const socket = new WebSocket(this.url, [SUBPROTOCOL], {
      headers: this.#options.headers ?? {},
    });
    this.#socket = socket;
    this.#sockets.add(socket);
    socket.on("open", () => {
      const { auth } = this.#options;
      const more = auth === undefined ? {} : { auth };
      this.#tell({ type: "connected", connection, ...more });
    });
    socket.on("message", (data, isBinary) => {
      const message = isBinary ? new Uint8Array(data as Buffer) : `${data}`;
      const frame = decodeFrame(message, this.#config.maxMessage);
      this.#tell({ type: "received", connection, frame });
    });
    socket.on("error", () => {});
    socket.on("close", (closeCode) => {
      this.#sockets.delete(socket);
      if (connection === this.#connection) this.closeCodes.push(closeCode);
      else this.staleCloses.push(closeCode);
      this.#tell({ type: "disconnected", connection });
    });
  }

  /** Sends messages, as soon as the server grants it. */
  send(...messages: readonly Payload[]): void {
    for (const data of messages) {
      this.#ids += 1;
      this.#outbox.push({ id: this.#ids, data, bytes: payloadBytes(data) });
    }
    this.#pump();
  }

  /** Sends something that the machine would not. */
  sendRaw(data: Payload): void {
    this.#socket?.send(data);
  }

  /** Answers nothing any more, as a client whose network is gone. */
  freeze(): void {
    this.#socket?.pause();
  }

  /** Breaks the connection without a closing handshake. */
  async cut(): Promise<void> {
    const closes = this.closeCodes.length;
    this.#socket?.terminate();
    await this.until(() => this.closeCodes.length > closes);
  }

  /** Ends the session. */
  async close(): Promise<void> {
    this.#tell({ type: "close" });
    await this.until(() =>
      this.state.kind === "ended" && this.#socket?.readyState === 3
    );
  }

  /** Consumes all that was delivered. */
  consume(): void {
    this.#tell({ type: "consumed", index: this.state.held.last });
  }

  /** Renews the application's token. */
  authenticate(auth: string): void {
    this.#tell({ type: "authenticate", auth });
  }

  /** Waits until something is true of this client. */
  until(isTrue: () => boolean, limit?: number): Promise<void> {
    return this.#waiters.until(isTrue, limit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#sockets].map((socket) =>
        new Promise((resolve) => {
          socket.on("close", resolve);
          socket.terminate();
        })
      ),
    );
    clearTimeout(this.#timer);
  }

  #tell(event: ClientEvent): void {
    const step = clientTransition(this.state, event, {
      config: this.#config,
      now: performance.now(),
      random: 0.5,
    });
    this.state = step.state;
    for (const effect of step.effects) this.#perform(effect);
    const { kind, numbering } = this.state;
    // All is in one thread here.
    if (kind !== "ended" && numbering === "changed") {
      this.#tell({ type: "confirmed" });
    }
    this.#pump();
    this.#setTimer();
    this.#waiters.look();
  }

  #perform(effect: ClientEffect): void {
    switch (effect.type) {
      case "transmit":
        if (this.#socket?.readyState === 1) this.#socket.send(effect.data);
        return;
      case "news":
        this.news.push(effect.news);
        return;
      case "deliver":
        this.delivered.push(effect.data);
        if (this.#options.consumes !== "never") {
          queueMicrotask(() => this.consume());
        }
        return;
      case "accepted":
        this.accepted.push(effect.id);
        return;
      case "dropped":
        this.dropped.push(effect);
        return;
      case "missed":
        this.missed.push(effect);
        return;
      case "disconnect":
        this.#socket?.close(effect.closeCode, effect.reason);
        return;
      case "keep":
      case "pong":
      case "error":
      case "ended":
    }
  }

  #pump(): void {
    for (let next = this.#outbox[0]; next; next = this.#outbox[0]) {
      if (!canSend(this.state, next.bytes)) return;
      this.#outbox.shift();
      this.#tell({ type: "send", message: next });
    }
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const dueAt = clientDeadline(this.state);
    if (dueAt === Infinity) return;
    const delay = Math.max(0, dueAt - performance.now());
    this.#timer = setTimeout(() => this.#tell({ type: "due" }), delay);
  }
}
