/**
 * What a crash of the worker must not lose of a session, and how its messages
 * are numbered.
 *
 * @module
 */

import type {
  SessionKept,
  SessionMark,
  SessionRemains,
  SessionSetup,
} from "../../boundary/session.ts";
import type { NoticeOf } from "../../boundary/protocol.ts";
import { randomHex } from "../../platform/random_hex.ts";
import { ATTEMPT_MARGIN } from "../../session/wire/limits.ts";
import type { PostSender } from "../workers/post_sender.ts";
import { ExactConsumption } from "./exact_consumption.ts";
import type { GuardedListener } from "./guarded_listener.ts";
import type { ReceiveQueue } from "./receive_queue.ts";
import type { SendQueue } from "./send_queue.ts";

/**
 * How far a session is. Numbers count messages from 1, each direction by
 * itself, and begin again with each session.
 *
 * @example Showing how much the server has not accepted
 * ```ts
 * import type { SessionInfo } from "@holdfast/websocket";
 *
 * function describe({ accepted, unacknowledged }: SessionInfo): string {
 *   return `${accepted} accepted, ${unacknowledged} under way`;
 * }
 * console.log(describe({
 *   id: "q83v",
 *   accepted: 7,
 *   received: 4,
 *   consumed: 4,
 *   unacknowledged: 1,
 * }));
 * ```
 */
export interface SessionInfo {
  /** The id that the server made. */
  readonly id: string;
  /** The last number of ours that the server has accepted. */
  readonly accepted: number;
  /** The last number of the server that has arrived on this thread. */
  readonly received: number;
  /** The last number of the server that the application has consumed. */
  readonly consumed: number;
  /** How many messages of ours are on their way and not accepted. */
  readonly unacknowledged: number;
}

/** The session of one connection. */
export class SessionRecord {
  readonly #incoming: ReceiveQueue;
  readonly #consumption: ExactConsumption;
  readonly #outgoing: SendQueue;
  readonly #instance = randomHex(16);
  #kept: SessionKept | undefined;
  /** The first mark covers the oldest message that is still needed. */
  #marks: readonly SessionMark[] = [];

  /** Makes the record of a session that has not begun. */
  constructor(
    { incoming, outgoing }: {
      readonly incoming: ReceiveQueue;
      readonly outgoing: SendQueue;
    },
    ack: SessionSetup["ack"],
  ) {
    this.#incoming = incoming;
    this.#consumption = new ExactConsumption(ack);
    incoming.exact = this.#consumption;
    outgoing.crossing = "retained";
    this.#outgoing = outgoing;
  }

  /** Whether a session has begun. */
  get hasBegun(): boolean {
    return this.#kept?.ticket !== undefined;
  }

  /** Whether the server has still to accept messages. */
  get hasUnaccepted(): boolean {
    return this.hasBegun && this.#outgoing.messages > 0;
  }

  /** How far it is. */
  get info(): SessionInfo | undefined {
    const { accepted = 0, ticket } = this.#kept ?? {};
    if (ticket === undefined) return undefined;
    const { last, consumed } = this.#consumption;
    return {
      id: ticket.session,
      accepted,
      received: this.#reached(last),
      consumed: this.#reached(consumed),
      unacknowledged: this.#outgoing.messages - this.#outgoing.waiting,
    };
  }

  /** The number of the message that was given out last, as text; empty without a session. */
  get lastEventId(): string {
    const { given } = this.#consumption;
    const mark = this.#marks.findLast(({ after }) => after < given);
    return mark ? `${mark.seq + given - mark.after}` : "";
  }

  /** The server has accepted so many messages more. */
  accept(count: number): void {
    const kept = this.#kept;
    // A server without sessions counts nothing.
    if (kept?.ticket === undefined) return;
    this.#kept = { ...kept, accepted: kept.accepted + count };
  }

  /** Keeps what the worker reports and confirms it, or reports a loss. */
  receive(
    notice: NoticeOf<"kept" | "marked" | "missing">,
    sender: Pick<PostSender, "send"> | undefined,
    listener: Pick<GuardedListener, "addDrop">,
  ): void {
    switch (notice.type) {
      case "kept":
        this.#kept = notice.kept;
        sender?.send({ type: "keeping", id: notice.id, number: notice.number });
        return;
      case "marked":
        return this.#mark(notice.mark);
      case "missing":
        return this.#reportMissing(notice, listener);
    }
  }

  /** Reports that messages are lost, behind the messages that came before. */
  #reportMissing(
    { after, drop }: NoticeOf<"missing">,
    listener: Pick<GuardedListener, "addDrop">,
  ): void {
    const incoming = this.#incoming;
    incoming.defer(after, () => {
      // Messages before the gap are gone with the worker. The next worker gets
      // them and the gap.
      if (drop.reason === "trimmed" && incoming.isReleased) return;
      listener.addDrop(drop);
    });
  }

  /**
   * The application has consumed what it was given up to this number: of the
   * oldest session that it can mean, as each begins to count anew.
   */
  acknowledge(seq: number): void {
    const { consumed, given } = this.#consumption;
    let upTo = consumed;
    for (const [index, { after, seq: start }] of this.#marks.entries()) {
      const next = this.#marks[index + 1] ?? { after: given, seq: Infinity };
      const end = Math.min(next.after, given);
      if (start < seq) {
        upTo = Math.max(upTo, Math.min(after + Math.floor(seq) - start, end));
      }
      const startsAnew = next.seq < start + end - after;
      if (startsAnew && upTo > consumed) break;
    }
    this.#consumption.acknowledge(upTo);
    this.#incoming.offerCredit();
  }

  /** What the next worker has to know, when the one before is gone. */
  remains(): SessionRemains {
    const { last: arrived, consumed } = this.#consumption;
    const kept = this.#kept;
    const marks = this.#marks.filter(({ after }) => after <= arrived);
    // A worker may end before it reports its attempts; the next one dials later ones.
    if (kept) {
      this.#kept = { ...kept, attempt: kept.attempt + ATTEMPT_MARGIN };
    }
    return {
      instance: this.#instance,
      ...kept && { kept },
      ...{ marks, arrived, consumed },
      sizes: this.#sizes,
      unaccepted: this.hasBegun ? this.#outgoing.rewind() : [],
    };
  }

  /** The sizes of what is not consumed; 0 for what was given out. */
  get #sizes(): readonly number[] {
    const { last, given, consumed } = this.#consumption;
    if (consumed >= last) return [];
    const givenOut = new Array<number>(given - consumed).fill(0);
    return [...givenOut, ...this.#incoming.sizes];
  }

  /** Notes where numbers go on. */
  #mark(mark: SessionMark): void {
    const { consumed, given } = this.#consumption;
    // What has arrived may be consumed before it is given out.
    const reached = Math.min(consumed, given);
    const first = this.#marks.findLastIndex(({ after }) => after <= reached);
    // Replaces a mark at this place, and later ones: their messages never came.
    const before = this.#marks.slice(Math.max(0, first))
      .filter(({ after }) => after < mark.after);
    this.#marks = [...before, mark];
  }

  /** The number in the session that a number of the boundary stands for. */
  #reached(number: number): number {
    const mark = this.#marks.findLast(({ after }) => after <= number);
    return mark === undefined ? 0 : mark.seq + number - mark.after;
  }
}
