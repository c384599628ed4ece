/**
 * A client with a session that numbers its messages and writes down what it
 * sees.
 *
 * @module
 */

import {
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
} from "@holdfast/websocket";
import { type RecoveredEvent, trySend } from "../client_events.ts";
import type { LabClient } from "../lives.ts";
import {
  type ClientEvent,
  type SessionHistory,
  wallNow,
} from "./check/history.ts";
import { decodeLabel, encodeRequest } from "./payloads.ts";
import type { Setup } from "./setups.ts";
import type { Traffic } from "./schedule.ts";

/** A `ReconnectingWebSocket` with a session, under observation. */
export class SessionClient implements LabClient {
  readonly #socket: ReconnectingWebSocket;
  readonly #events: ClientEvent[] = [];
  readonly #settled: Promise<void>[] = [];
  readonly #ended = Promise.withResolvers<void>();
  readonly #pulled: Promise<void> | undefined;
  #sent = 0;
  /** The largest number that a reply has answered. */
  #answered = 0;
  #error: Error | undefined;

  /** Starts to connect. */
  constructor(
    url: string,
    options: ReconnectingWebSocketOptions,
    reads: Setup["reads"],
  ) {
    this.#socket = new ReconnectingWebSocket(url, [], options);
    this.#listen();
    if (reads === "pulls") this.#pulled = this.#pull();
    else {
      this.#socket.addEventListener("message", ({ data, lastEventId }) => {
        this.#hear(data, Number(lastEventId));
      });
    }
  }

  /** What it has seen. */
  get events(): readonly ClientEvent[] {
    return this.#events;
  }

  /** Whether `close` has fired. */
  get isClosed(): boolean {
    return this.#socket.readyState === this.#socket.CLOSED;
  }

  /** The id of its session; `undefined` before the first one. */
  get session(): string | undefined {
    return this.#socket.session?.id;
  }

  /** What its counters say. */
  get totals(): SessionHistory["totals"] {
    const { sent, droppedOutbound, droppedInbound, outbox } = this.#socket
      .metrics();
    return {
      sent: sent.messages,
      droppedOutbound: droppedOutbound.messages,
      droppedInbound: droppedInbound.messages,
      waiting: outbox.messages,
    };
  }

  /** Sends messages, each second one with `write()`. */
  talk({ messages, size, handling }: Omit<Traffic, "pushes">): void {
    for (let count = 0; count < messages; count += 1) {
      this.#send({ size, handling });
    }
  }

  /** Makes a new connection. */
  reconnect(): void {
    if (!this.isClosed) this.#socket.reconnect("Chaos");
  }

  /**
   * Waits until something that was sent after this call is answered, or the end
   * has come.
   *
   * @param wait Waits a little; `false`: it has had enough.
   * @returns Whether it came to that.
   */
  async exchange(wait: () => Promise<boolean>): Promise<boolean> {
    const first = this.#sent + 1;
    let waits = 0;
    while (this.#answered < first && !this.isClosed) {
      // A session that was lost took the first one with it, perhaps.
      if (waits % 20 === 0) this.#send({ size: 0, handling: { kind: "now" } });
      waits += 1;
      if (!await wait()) return false;
    }
    return true;
  }

  /** Writes down how long it took to recover. */
  note(recovered: RecoveredEvent): void {
    this.#events.push(recovered);
  }

  /** Closes, and waits for the end of everything. */
  async close(): Promise<void> {
    if (!this.isClosed) this.#socket.close();
    await this.#ended.promise;
    await Promise.all(this.#settled);
    await this.#pulled;
  }

  #send({ size, handling }: Pick<Traffic, "size" | "handling">): void {
    if (this.#socket.readyState >= this.#socket.CLOSING) return;
    const number = this.#sent + 1;
    const by = number % 2 === 0 ? "write" : "send";
    const request = encodeRequest({ number, handling, size });
    if (by === "send" && !trySend(this.#socket, request)) return;
    this.#sent = number;
    this.#events.push({ type: "sent", number, by });
    if (by === "write") this.#settled.push(this.#write(number, request));
  }

  async #write(
    number: number,
    request: string | Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    const fate = await this.#socket.write(request).then(
      () => "accepted" as const,
      () => "dropped" as const,
    );
    this.#events.push({ type: "settled", number, fate, at: wallNow() });
  }

  async #pull(): Promise<void> {
    try {
      for (;;) this.#hear(await this.#socket.receive(), undefined);
    } catch {
      // It is closed.
    }
  }

  #hear(data: unknown, seq: number | undefined): void {
    const label = decodeLabel(data) ?? `? ${String(data).slice(0, 40)}`;
    this.#events.push({ type: "message", label, seq });
    const number = Number(/^r(\d+)/.exec(label)?.[1] ?? 0);
    this.#answered = Math.max(this.#answered, number);
  }

  #listen(): void {
    const socket = this.#socket;
    const push = (event: ClientEvent) => this.#events.push(event);
    socket.addEventListener("open", ({ session }) => {
      this.#error = undefined;
      const kind = session?.kind ?? "none";
      const id = session && session.kind !== "none" ? session.id : "";
      push({ type: "open", kind, session: id });
    });
    socket.addEventListener("error", ({ error }) => this.#error = error);
    socket.addEventListener("drop", (event) => {
      const { direction, count, reason, first, last } = event;
      push({ type: "drop", direction, count, reason, first, last });
    });
    socket.addEventListener("close", ({ code, reason, why }) => {
      push({ type: "close", code, reason, why, error: `${this.#error}` });
      this.#ended.resolve();
    });
  }
}
