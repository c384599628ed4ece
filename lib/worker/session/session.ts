/**
 * The session of one connection: runs the machine of `lib/session/client` over
 * one transport after the other.
 *
 * Events that arise while effects are performed wait: the machine is never
 * entered again. Only the present transport counts.
 *
 * @module
 */

import type { SessionOpening } from "../../boundary/session.ts";
import type { Data } from "../../queue/data.ts";
import { SizedFifo } from "../../queue/sized_fifo.ts";
import {
  clientDeadline,
  clientTransition,
  takesRun,
} from "../../session/client/client.ts";
import { onSkipped } from "../../session/client/numbering.ts";
import {
  canSend,
  couldSendAfter,
  sendNext,
} from "../../session/client/sending.ts";
import type {
  ClientContext,
  ClientEffect,
  ClientEvent,
  ClientState,
  ClientStep,
  Outgoing,
  SessionNews,
} from "../../session/client/state.ts";
import { entriesOf, sizeOf } from "../../session/flow/numbered.ts";
import { payloadBytes } from "../../session/wire/payload.ts";
import type { DataRun } from "../../session/wire/run.ts";
import { SESSION_CLOSE } from "../../session/wire/violation.ts";
import { Deliveries } from "./deliveries.ts";
import { HeldFrames } from "./held_frames.ts";
import { toData, toPayload } from "./payloads.ts";
import { restoreSession } from "./restore.ts";
import type { Carrier, SessionParts } from "./session_parts.ts";
import { type EffectOf, SessionReports } from "./session_reports.ts";
import { configOf, StepContext } from "./step_context.ts";

/** One session, and those that follow it when it is lost. */
export class Session {
  readonly #parts: SessionParts;
  readonly #reports: SessionReports;
  #context: ClientContext;
  #state: ClientState;
  #transport: Carrier | undefined;
  #connections = 0;
  /** Messages that wait for a connection, for credit, or for the transport. */
  readonly #queue = new SizedFifo<Outgoing>();
  /** The id of the last message that came. */
  #lastId: number;
  #capacity: "room" | "full" = "room";
  readonly #held = new HeldFrames();
  #dueAt = Infinity;
  #opening: SessionOpening = { kind: "none" };
  readonly #deliveries: Deliveries;
  readonly #events: ClientEvent[] = [];
  #phase: "idle" | "performing" = "idle";
  #end: "none" | "requested" = "none";
  /** Why it is lost, where the application wants no other. */
  #lostFor: string | undefined;

  /** Goes on with what a worker before has left. */
  constructor(parts: SessionParts) {
    const { remains } = parts;
    this.#parts = parts;
    this.#reports = new SessionReports(parts.id, parts.notices);
    this.#context = new StepContext(configOf(parts), parts.clock);
    this.#state = restoreSession(remains);
    this.#lastId = remains.unaccepted.length;
    this.#deliveries = new Deliveries(this.#reports, remains);
  }

  /** When to call {@linkcode due} next. Until then it only moves earlier: timers cost. */
  get deadline(): number {
    const next = Math.min(clientDeadline(this.#state), this.#held.until);
    return this.#dueAt = Math.min(this.#dueAt, next);
  }

  /** How the present connection took the session up. */
  get opening(): SessionOpening {
    return this.#opening;
  }

  /** The application subprotocol that was chosen. */
  get protocol(): string {
    return this.#state.ticket?.protocol ?? "";
  }

  /** Whether a connection may do without a session: the server has none, and none has begun. */
  get mayDoWithout(): boolean {
    return !this.#parts.setup.required && this.#state.ticket === undefined;
  }

  /** The application has consumed all messages up to this number of the boundary. */
  consumed(upTo: number): void {
    const index = this.#deliveries.consumed(upTo);
    if (index !== undefined) this.#dispatch({ type: "consumed", index });
  }

  /** The application's token was renewed. */
  authenticate(auth: string): void {
    this.#dispatch({ type: "authenticate", auth });
  }

  /** A deadline has passed. */
  due(): void {
    this.#dueAt = Infinity;
    if (this.#parts.clock.now() >= this.#held.until) this.#release();
    this.#dispatch({ type: "due" });
  }

  /** The main thread has stored what it received with this number. */
  confirmed(number: number): void {
    if (number !== this.#reports.lastKept) return;
    this.#release();
    if (this.#state.numbering === "changed") {
      this.#dispatch({ type: "confirmed" });
    }
  }

  /** From now on, the end of a transport is the end of the session, if nothing is unaccepted. */
  closing(): void {
    this.#end = "requested";
  }

  /** The connection has ended for good: reports what became of each message. */
  end(): void {
    const { retained } = this.#state;
    for (const [index, { id }] of entriesOf(retained).entries()) {
      this.#reports.unsent(id, "unknown", retained.first + index);
    }
    for (const { id } of this.#queue.clear()) {
      this.#reports.unsent(id, "closed");
    }
    this.#state = { ...this.#state, kind: "ended" };
    this.#dueAt = Infinity;
    this.#transport = undefined;
  }

  // What follows is for transports.

  /** A number for a new connection. */
  nextConnection(): number {
    return this.#connections += 1;
  }

  /** A connection with the subprotocol is open: it is the present one. */
  connected(transport: Carrier, auth: string | undefined): void {
    this.#transport = transport;
    this.#capacity = "room";
    this.#held.end();
    const { connection } = transport;
    const { clock, listener: { answerBy } } = this.#parts;
    const config = { ...this.#context.config, answerBy };
    this.#context = new StepContext(config, clock);
    const more = auth === undefined ? {} : { auth };
    this.#dispatch({ type: "connected", connection, ...more });
  }

  /** A connection without a session is open. */
  connectedWithout(): void {
    this.#opening = { kind: "none" };
  }

  /** What came over a connection. */
  received(event: Extract<ClientEvent, { type: "received" }>): void {
    this.#dispatch(event);
  }

  /** Returns whether frames that came together may go into one event. */
  takesRun(run: DataRun): boolean {
    return takesRun(this.#state, run);
  }

  /** Sends a ping of the protocol. */
  ping(n: number): void {
    this.#dispatch({ type: "ping", n });
  }

  /** A connection takes more. */
  writable(): void {
    this.#capacity = "room";
    this.#pump();
  }

  /**
   * Takes a message, to be sent as the server grants it. Ids that are left out
   * were reported as unsent.
   *
   * @returns Whether the next one may come now.
   */
  send(id: number, message: Data): boolean {
    if (id > this.#lastId + 1) this.#dispatch({ type: "skipped" });
    this.#lastId = Math.max(this.#lastId, id);
    const data = toPayload(message);
    const outgoing = { id, data, bytes: payloadBytes(data) };
    const goesAtOnce = this.#queue.length === 0 && this.#mayContinue &&
      this.#phase === "idle" && this.#sendOrDrop(outgoing);
    if (!goesAtOnce) this.#queue.push(outgoing);
    return this.#mayContinue;
  }

  /** A connection has ended, or we have left it. */
  disconnected(connection: number): void {
    if (this.#transport?.connection === connection) this.#transport = undefined;
    this.#dispatch({ type: "disconnected", connection });
  }

  /**
   * We are about to close a connection: acknowledges what is consumed, and ends
   * the session if that was asked for.
   *
   * @returns The code to close it with.
   */
  prepareClose(closeCode: number | undefined): number | undefined {
    this.#release();
    this.#dispatch({ type: "flush" });
    const { kind, retained } = this.#state;
    const ends = this.#end === "requested" && kind === "attached";
    if (!ends || sizeOf(retained) > 0) return closeCode;
    this.#dispatch({ type: "close" });
    return closeCode ?? SESSION_CLOSE.normal;
  }

  /**
   * While numbers change, as many may come as can go afterwards: what expired
   * meanwhile would change them again.
   */
  get #mayContinue(): boolean {
    return this.#capacity === "room" && (
      this.#queue.length === 0 || this.#state.numbering === "changed" &&
        couldSendAfter(this.#state, this.#queue)
    );
  }

  #dispatch(event: ClientEvent): void {
    this.#events.push(event);
    if (this.#phase === "performing") return;
    this.#phase = "performing";
    try {
      for (
        let next = this.#events.shift();
        next !== undefined;
        next = this.#events.shift()
      ) this.#step(next);
    } finally {
      // A transport may throw; the next event is handled all the same.
      this.#phase = "idle";
    }
    this.#pump();
    this.#parts.listener.changed();
  }

  #step(event: ClientEvent): void {
    this.#apply(clientTransition(this.#state, event, this.#context));
  }

  #apply({ state, effects }: ClientStep): void {
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  /** Sends what waits, as far as credit and the transport allow. */
  #pump(): void {
    if (this.#phase === "performing") return;
    while (this.#capacity === "room" && this.#queue.length > 0) {
      if (!this.#sendOrDrop(this.#queue.peek()!)) return;
      this.#queue.shift();
    }
    this.#transport?.continueIf(this.#mayContinue);
  }

  #sendOrDrop(message: Outgoing): boolean {
    if (this.#state.kind !== "attached") return false;
    if (message.bytes > this.#state.maxMessage) {
      this.#reports.unsent(message.id, "rejected");
      this.#apply(onSkipped(this.#state));
      return true;
    }
    if (!canSend(this.#state, message.bytes)) return false;
    this.#apply(sendNext(this.#state, message));
    return true;
  }

  #perform(effect: ClientEffect): void {
    switch (effect.type) {
      case "transmit":
        return this.#transmit(toData(effect.data));
      case "keep":
        return this.#reports.keep(effect);
      case "news":
        return this.#onNews(effect.news);
      case "deliver":
        return this.#deliver(effect);
      case "deliver-run":
        return this.#deliverRun(effect);
      case "accepted":
        return this.#reports.accepted(effect.id);
      case "dropped":
        return this.#reports.dropped(effect);
      case "left-out":
        return this.#reports.unsent(effect.id, effect.why);
      case "missed":
        return this.#onMissed(effect);
      case "pong":
        return this.#transport?.answered(effect.n);
      case "error": {
        const { message } = effect;
        return this.#parts.logger.log("warn", "Error of the server", {
          error: message,
        });
      }
      case "disconnect":
        return this.#disconnect(effect);
      case "ended":
        if (this.#lostFor) this.#parts.listener.lost(this.#lostFor);
    }
  }

  #transmit(data: Data): void {
    if (this.#held.hold(data)) return;
    if (this.#transport?.transmit(data) === false) this.#capacity = "full";
  }

  #onNews(news: SessionNews): void {
    const { session } = news.ticket;
    this.#opening = news.kind === "lost"
      ? { kind: "lost", id: session, why: news.why }
      : { kind: news.kind, id: session };
    if (news.kind === "lost" && this.#context.config.onLost === "close") {
      // The connection ends later: the effects that follow report the drops.
      this.#lostFor = news.why;
      return;
    }
    if (this.#state.kind === "attached") {
      const { receiving, generation, positions } = this.#state;
      this.#deliveries.mark(receiving.received, generation, positions);
    }
    if (news.kind === "resumed") {
      this.#reports.rolledBack(news);
      this.#held.begin(this.#parts.clock.now());
    }
    this.#transport?.attached(this.protocol);
  }

  #release(): void {
    for (const data of this.#held.end()) this.#transmit(data);
  }

  #deliver(effect: EffectOf<"deliver">): void {
    this.#deliveries.expect(effect, this.#state.positions);
    const { data } = effect;
    this.#transport?.deliver(toData(data), payloadBytes(data));
  }

  #deliverRun(effect: EffectOf<"deliver-run">): void {
    this.#deliveries.expect(effect, this.#state.positions);
    this.#transport?.deliverRun(effect.run);
  }

  #onMissed(effect: EffectOf<"missed">): void {
    const { why, range, generation } = effect;
    if (why === "trimmed" && range) {
      this.#deliveries.mark(range.last, generation, this.#state.positions);
    }
    this.#reports.missed(effect);
  }

  #disconnect(
    { closeCode, reason }: EffectOf<"disconnect">,
  ): void {
    const { listener } = this.#parts;
    // `close()` itself closes the transport in this case.
    if (closeCode === SESSION_CLOSE.normal) return;
    this.#transport?.leave(closeCode, reason);
    this.#transport = undefined;
    if (closeCode === SESSION_CLOSE.moving) return listener.moved();
    if (closeCode === SESSION_CLOSE.timeout) return listener.unanswered();
    listener.failed({ type: "protocol", closeCode: 1002, detail: reason });
  }
}
