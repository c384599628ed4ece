/**
 * A client without a session, at a server that requires none.
 *
 * The connection behind it has a session all the same; this is the client's
 * end. What the client sends gets a number and waits for credit. What its
 * socket takes counts as consumed. So handler, limits and counters work as with
 * sessions. But nobody resumes such a session: it ends with its socket.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";
import { randomHex } from "../../platform/random_hex.ts";
import {
  clientDeadline,
  clientTransition,
} from "../../session/client/client.ts";
import { canSend } from "../../session/client/sending.ts";
import {
  type ClientConfig,
  type ClientEffect,
  type ClientEvent,
  type ClientState,
  newClient,
  type Outgoing,
} from "../../session/client/state.ts";
import type { Counters } from "../api/metrics.ts";
import type { BufferBounds } from "../../session/store/store.ts";
import { decodeFrame } from "../../session/wire/frame.ts";
import type { Moving } from "../../session/wire/control.ts";
import { type Payload, payloadBytes } from "../../session/wire/payload.ts";
import { SESSION_CLOSE } from "../../session/wire/violation.ts";
import { DeadlineTimer } from "./deadline_timer.ts";
import type { Peer, PeerListener } from "./peer.ts";

/** What a plain client works with. */
export interface PlainClientParts {
  /** The application subprotocol that was selected, or empty. */
  readonly protocol: string;
  /** The largest message that it may send, in bytes. */
  readonly maxMessage: number;
  /** How much of it may wait for the handler. */
  readonly bounds: Pick<BufferBounds, "maxMessages" | "maxBytes">;
  readonly counters: Pick<Counters, "addClose">;
  readonly clock: Pick<Clock, "now" | "after" | "random">;
  /** Makes its socket. */
  readonly connect: (listener: PeerListener) => Peer;
}

/** One socket, one connection. */
const CONNECTION = 1;
/** No limit of its own: those of the server apply. */
const ANY = Number.MAX_SAFE_INTEGER;

/**
 * - `open`: the client is there.
 * - `left`: it is gone; what it sent before is still handled.
 * - `closed`: the server has closed it.
 * - `over`: its connection knows that it is gone.
 */
type Phase = "open" | "left" | "closed" | "over";

/** The client's end of a session, for a socket that knows of none. */
export class PlainClient implements Peer, PeerListener {
  readonly #connection: PeerListener;
  readonly #parts: PlainClientParts;
  readonly #config: ClientConfig;
  readonly #timer: DeadlineTimer;
  readonly #socket: Peer;
  readonly #events: ClientEvent[] = [];
  #waiting: Outgoing[] = [];
  #waitingBytes = 0;
  #messages = 0;
  #state: ClientState = newClient(randomHex(8));
  #phase: Phase = "open";
  /** When it has to leave, as the server drains. */
  #moveAt = Infinity;
  #work: "idle" | "performing" = "idle";

  /** Takes a socket. To the connection, it looks like one with a session. */
  constructor(connection: PeerListener, parts: PlainClientParts) {
    this.#connection = connection;
    this.#parts = parts;
    this.#config = configOf(parts);
    this.#timer = new DeadlineTimer(parts.clock, {
      deadline: () => this.#deadline,
      onDue: () => this.#onDue(),
    });
    this.#socket = parts.connect(this);
  }

  /** The id of a session that nobody has ended. */
  get leftover(): string | undefined {
    const { kind, ticket } = this.#state;
    return kind === "ended" ? undefined : ticket?.session;
  }

  // What follows is for the connection.

  get isOpen(): boolean {
    return this.#phase === "open";
  }

  get unsentBytes(): number {
    return this.#socket.unsentBytes;
  }

  send(message: Payload): void {
    const frame = decodeFrame(message, ANY);
    if (frame.type === "control" && frame.control.op === "moving") {
      return this.#move(frame.control);
    }
    this.#dispatch({ type: "received", connection: CONNECTION, frame });
  }

  /**
   * Where sockets have no pings, the platform asks by itself. A client that has
   * left cannot answer.
   */
  ping(): void {
    if (this.#socket.ping && this.#phase !== "left") this.#socket.ping();
    else this.#connection.ponged();
  }

  close(closeCode: number, reason: string): void {
    this.#socket.close(closeCode, reason);
    this.#onClosed();
  }

  terminate(): void {
    this.#socket.terminate();
    this.#onClosed();
  }

  // What follows is for the socket.

  opened(): void {
    this.#connection.opened();
    this.#dispatch({ type: "connected", connection: CONNECTION });
  }

  received(data: Payload): void {
    this.#connection.ponged();
    if (this.#phase !== "open") return;
    const { maxMessage, bounds } = this.#parts;
    const bytes = payloadBytes(data);
    if (bytes > maxMessage) {
      return this.#refuse(SESSION_CLOSE.tooLarge, "Message too large");
    }
    this.#messages += 1;
    this.#waiting.push({ id: this.#messages, data, bytes });
    this.#waitingBytes += bytes;
    this.#advance();
    const isTooMuch = this.#waiting.length > bounds.maxMessages ||
      this.#waitingBytes > bounds.maxBytes;
    if (isTooMuch) this.#refuse(SESSION_CLOSE.limit, "Too many messages wait");
  }

  ponged(): void {
    this.#connection.ponged();
  }

  disconnected(): void {
    const isAwaited = this.#state.kind === "handshaking" ||
      this.#state.kind === "attached";
    if (this.#phase === "open" && isAwaited) this.#leave();
    else if (this.#phase !== "left") this.#finish();
  }

  get #deadline(): number {
    if (this.#phase === "over") return Infinity;
    const moveAt = this.#phase === "open" ? this.#moveAt : Infinity;
    const at = Math.min(clientDeadline(this.#state), moveAt);
    return at >= ANY ? Infinity : at;
  }

  /** It goes nowhere with its session: what it has sent is to be handled here. */
  #move({ after, spread }: Moving): void {
    const { clock } = this.#parts;
    this.#moveAt = clock.now() + after + clock.random() * spread;
    this.#timer.update();
  }

  #onDue(): void {
    const isMoving = this.#phase === "open" &&
      this.#parts.clock.now() >= this.#moveAt;
    if (!isMoving) return this.#dispatch({ type: "due" });
    this.#socket.close(SESSION_CLOSE.moving, "Moving");
    this.#leave();
  }

  /** It takes no part any more; what it sent before is handled. */
  #leave(): void {
    this.#phase = "left";
    this.#advance();
    this.#connection.left?.();
  }

  #refuse(closeCode: number, reason: string): void {
    this.#parts.counters.addClose(closeCode);
    this.#socket.close(closeCode, reason);
    this.#leave();
  }

  /** The connection has closed it. */
  #onClosed(): void {
    if (this.#phase === "open") this.#phase = "closed";
    else this.#finish();
  }

  #finish(): void {
    if (this.#phase === "over") return;
    this.#phase = "over";
    this.#timer.stop();
    this.#connection.disconnected();
  }

  #dispatch(event: ClientEvent): void {
    this.#events.push(event);
    this.#advance();
  }

  #advance(): void {
    if (this.#work === "performing") return;
    this.#work = "performing";
    for (let next = this.#next(); next; next = this.#next()) this.#step(next);
    this.#work = "idle";
    this.#timer.update();
  }

  /** What has happened, then what waits, then the end. */
  #next(): ClientEvent | undefined {
    const event = this.#events.shift();
    if (event !== undefined) return event;
    const [message] = this.#waiting;
    if (message === undefined) {
      const { kind, closeAt } = this.#state;
      const isDone = this.#phase === "left" && kind === "attached";
      return isDone && closeAt === Infinity ? { type: "close" } : undefined;
    }
    if (!canSend(this.#state, message.bytes)) return undefined;
    this.#waiting.shift();
    this.#waitingBytes -= message.bytes;
    return { type: "send", message };
  }

  #step(event: ClientEvent): void {
    const { state, effects } = clientTransition(this.#state, event, {
      config: this.#config,
      now: this.#parts.clock.now(),
      random: this.#parts.clock.random(),
    });
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: ClientEffect): void {
    switch (effect.type) {
      case "transmit":
        return this.#connection.received(effect.data);
      case "deliver":
        return this.#deliver(effect);
      case "disconnect":
        return this.#disconnect(effect);
      // Its frames come one by one.
      case "deliver-run":
      case "keep":
      case "news":
      case "accepted":
      case "dropped":
      case "missed":
      case "pong":
      case "error":
      case "ended":
    }
  }

  /** What comes too late for its socket counts as not consumed. */
  #deliver(
    { index, data }: Extract<ClientEffect, { type: "deliver" }>,
  ): void {
    if (this.#phase !== "open" || !this.#socket.isOpen) return;
    this.#socket.send(data);
    this.#events.push({ type: "consumed", index });
  }

  #disconnect(
    { closeCode, reason }: Extract<ClientEffect, { type: "disconnect" }>,
  ): void {
    if (this.#phase === "open") this.#socket.close(closeCode, reason);
    this.#finish();
  }
}

function configOf({ protocol }: PlainClientParts): ClientConfig {
  return {
    capacity: { messages: 256, bytes: 1_048_576 },
    maxMessage: ANY,
    ttl: 0,
    protocols: protocol === "" ? [] : [protocol],
    onLost: "close",
    onUnknown: "drop",
    // The server's limits apply to both.
    answerTimeout: ANY,
    answerBy: ANY,
    closeTimeout: ANY,
  };
}
