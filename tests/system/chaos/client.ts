/**
 * A client that numbers its messages and writes down what it sees.
 *
 * @module
 */

import {
  HandshakeError,
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
} from "@holdfast/websocket";
import { type RecoveredEvent, trySend } from "./client_events.ts";
import type { ClientEvent, Totals } from "./check/history.ts";
import { decodeAnswer, encodeRequest } from "./server/numbering_server.ts";
import type { LabClient } from "./lives.ts";
import type { Traffic } from "./schedule/schedule.ts";

/** A `ReconnectingWebSocket` under observation. */
export class ChaosClient implements AsyncDisposable, LabClient {
  readonly #socket: ReconnectingWebSocket;
  readonly #events: ClientEvent[] = [];
  readonly #settled: Promise<void>[] = [];
  readonly #mayWrite: boolean;
  readonly #ended = Promise.withResolvers<void>();
  #sent = 0;
  #heard = 0;
  #error: Error | undefined;

  /**
   * Starts to connect.
   *
   * @param url Where to.
   * @param options How to stay connected.
   */
  constructor(url: string, options: ReconnectingWebSocketOptions) {
    this.#socket = new ReconnectingWebSocket(url, [], options);
    // write() waits for room; a send() that makes room by dropping is faster.
    this.#mayWrite = (options.outbox?.overflow ?? "reject") === "reject";
    this.#listen();
  }

  /** What it has seen. */
  get events(): readonly ClientEvent[] {
    return this.#events;
  }

  /** Whether `close` has fired. */
  get isClosed(): boolean {
    return this.#socket.readyState === this.#socket.CLOSED;
  }

  /** What its counters say. */
  get totals(): Totals {
    const { sent, droppedOutbound, droppedInbound, outbox } = this.#socket
      .metrics();
    return {
      taken: sent.messages,
      droppedOutbound: droppedOutbound.messages,
      droppedInbound: droppedInbound.messages,
      waiting: outbox.messages,
    };
  }

  /** Sends messages, each second one with `write()` where that keeps the order. */
  talk({ messages, size }: Traffic): void {
    for (let count = 0; count < messages; count += 1) this.#send(size);
  }

  /** Makes a new connection. */
  reconnect(): void {
    if (!this.isClosed) this.#socket.reconnect("Chaos");
  }

  /**
   * Sends until the server has heard something that was sent after this call, or
   * the end has come.
   *
   * @param wait Waits a little; `false`: it has had enough.
   * @returns Whether it came to that.
   */
  async exchange(wait: () => Promise<boolean>): Promise<boolean> {
    const first = this.#sent + 1;
    while (this.#heard < first && !this.isClosed) {
      if (this.#sent < first || this.#socket.readyState === this.#socket.OPEN) {
        this.#send(0);
      }
      if (!await wait()) return false;
    }
    return true;
  }

  /** Writes down how long it took to recover. */
  note(recovered: RecoveredEvent): void {
    this.#events.push(recovered);
  }

  /** Closes, and waits for the end of everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isClosed) {
      this.#events.push({ type: "asked-to-close" });
      this.#socket.close();
    }
    await this.#ended.promise;
    await Promise.all(this.#settled);
  }

  #send(size: number): void {
    if (this.#socket.readyState >= this.#socket.CLOSING) return;
    const number = this.#sent + 1;
    const by = this.#mayWrite && number % 2 === 0 ? "write" : "send";
    const request = encodeRequest(number, size);
    if (by === "send" && !trySend(this.#socket, request)) return;
    this.#sent = number;
    this.#events.push({ type: "sent", number, by });
    if (by === "write") this.#settled.push(this.#write(number, request));
  }

  async #write(number: number, request: string): Promise<void> {
    try {
      await this.#socket.write(request);
      this.#events.push({ type: "settled", number, fate: "taken" });
    } catch {
      this.#events.push({ type: "settled", number, fate: "dropped" });
    }
  }

  #listen(): void {
    const socket = this.#socket;
    const push = (event: ClientEvent) => this.#events.push(event);
    socket.addEventListener("open", () => {
      this.#error = undefined;
      push({ type: "open" });
    });
    socket.addEventListener("message", ({ data }) => {
      const answer = decodeAnswer(data);
      if (answer === undefined) {
        push({ type: "garbage", text: String(data).slice(0, 80) });
      } else {
        const { connection, number, heard } = answer;
        this.#heard = Math.max(this.#heard, heard);
        push({ type: "message", connection, number });
      }
    });
    socket.addEventListener("error", ({ error }) => this.#error = error);
    socket.addEventListener("disconnect", ({ error }) => {
      this.#error = undefined;
      push({ type: "disconnect", error: error ? `${error}` : "" });
    });
    socket.addEventListener("drop", ({ direction, count, reason }) => {
      push({ type: "drop", direction, count, reason });
    });
    socket.addEventListener("close", ({ code, why }) => {
      const { status } = this.#error instanceof HandshakeError
        ? this.#error
        : { status: undefined };
      push({ type: "close", code, why, status, error: `${this.#error}` });
      this.#ended.resolve();
    });
  }
}
