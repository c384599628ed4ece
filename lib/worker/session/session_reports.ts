/**
 * The reports of a session to the main thread.
 *
 * @module
 */

import type { Direction, Drop, DropReason } from "../../boundary/protocol.ts";
import type { ClientEffect, NumberRange } from "../../session/client/state.ts";
import type { Positions } from "../../session/flow/positions.ts";
import type { NoticeQueue } from "../posts/notice_queue.ts";

/** An effect of the client's machine, of one type. */
export type EffectOf<T extends ClientEffect["type"]> = Extract<
  ClientEffect,
  { type: T }
>;

/** From where on numbers go on, and in which generation. */
export interface NewNumbers {
  readonly seq: number;
  readonly generation: string;
  /** What the client has at this point. */
  readonly positions: Positions;
}

/** Posts notices of one session. */
export class SessionReports {
  readonly #id: number;
  #lastKept = 0;
  readonly #notices: Pick<NoticeQueue, "after" | "push" | "taken">;

  /** Makes reports of the connection with this id. */
  constructor(
    id: number,
    notices: Pick<NoticeQueue, "after" | "push" | "taken">,
  ) {
    this.#id = id;
    this.#notices = notices;
  }

  /** The number of the last message that was stored for the main thread. */
  get after(): number {
    return this.#notices.after;
  }

  /** The server has accepted all messages up to this number. */
  accepted(message: number): void {
    this.#notices.taken(message);
  }

  /** The number of the last {@linkcode keep}. */
  get lastKept(): number {
    return this.#lastKept;
  }

  /** To be kept for a worker that comes after this one. */
  keep({ attempt, ticket, againTo, accepted }: EffectOf<"keep">): void {
    this.#lastKept += 1;
    const kept = { attempt, ticket, againTo, accepted };
    const number = this.#lastKept;
    this.#notices.push({ type: "kept", id: this.#id, number, kept });
  }

  /** From the next message on, numbers go on after `seq`. */
  mark(numbers: NewNumbers): void {
    const mark = { after: this.after, ...numbers };
    this.#notices.push({ type: "marked", id: this.#id, mark });
  }

  /** A message will not be sent, or nobody knows whether it was. */
  unsent(message: number, reason: DropReason, seq?: number): void {
    const notice = { type: "unsent", id: this.#id, message, reason } as const;
    this.#notices.push(seq === undefined ? notice : { ...notice, seq });
  }

  /** Outgoing messages will not be sent any more. */
  dropped({ why, range, messages }: EffectOf<"dropped">): void {
    for (const [index, { id }] of messages.entries()) {
      this.unsent(id, why, range.first + index);
    }
  }

  /** Incoming messages will not come. */
  missed({ why, range }: EffectOf<"missed">): void {
    if (range) this.#reportMissing("inbound", why, range);
    else this.#push({ count: 0, bytes: 0, direction: "inbound", reason: why });
  }

  /** What the store of the server has lost. */
  rolledBack(
    { orphans, forgotten }: {
      readonly orphans: NumberRange | undefined;
      readonly forgotten: NumberRange | undefined;
    },
  ): void {
    if (orphans) this.#reportMissing("inbound", "rolled-back", orphans);
    if (forgotten) this.#reportMissing("outbound", "rolled-back", forgotten);
  }

  #reportMissing(
    direction: Direction,
    reason: DropReason,
    { first, last }: NumberRange,
  ): void {
    const count = last - first + 1;
    this.#push({ count, bytes: 0, direction, reason, first, last });
  }

  #push(drop: Drop): void {
    const { after } = this;
    this.#notices.push({ type: "missing", id: this.#id, after, drop });
  }
}
