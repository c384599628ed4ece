/**
 * What most pages do by hand: a `WebSocket`, a ping by a timer, and a new socket
 * one second after the last one was lost.
 *
 * @module
 */

import { PING, PING_INTERVAL, PONG } from "./protocol.ts";

/** Receives the events of a client. */
export interface PlainListener {
  /** The state has changed. */
  state(state: "connecting" | "open" | "waiting"): void;
  /** A message has arrived that is no pong. */
  message(data: unknown): void;
}

/** A `WebSocket` on the main thread. */
export class PlainClient {
  readonly #url: string;
  readonly #listener: PlainListener;
  #socket: WebSocket | undefined;
  #pingedAt = 0;

  /** How many connections were made. */
  opens = 0;
  /** The last round trip, in milliseconds. */
  latency: number | undefined;

  /** Connects. */
  constructor(url: string, listener: PlainListener) {
    this.#url = url;
    this.#listener = listener;
    this.#connect();
    setInterval(() => this.#ping(), PING_INTERVAL);
  }

  /** The size of the messages that wait to be sent, in bytes. */
  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Sends a message, or loses it if there is no connection. */
  send(message: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  #connect(): void {
    this.#listener.state("connecting");
    const socket = new WebSocket(this.#url);
    socket.onopen = () => {
      this.opens += 1;
      this.#listener.state("open");
    };
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onclose = () => {
      this.#listener.state("waiting");
      setTimeout(() => this.#connect(), 1_000);
    };
    this.#socket = socket;
  }

  #ping(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#pingedAt = performance.now();
    this.#socket.send(PING);
  }

  #onMessage(data: unknown): void {
    if (data === PONG) this.latency = performance.now() - this.#pingedAt;
    else this.#listener.message(data);
  }
}
