/**
 * The memory store without its asynchronous shell: all sessions of one process,
 * and the steps on them. Each call is atomic, since it is synchronous.
 *
 * @module
 */

import { acceptStep } from "./accept.ts";
import { attachStep } from "./attach.ts";
import type { Payload } from "../wire/payload.ts";
import {
  appendStep,
  detachStep,
  endStep,
  leaseOf,
  openRecord,
  readStep,
  type RecordStep,
  type SessionRecord,
  touchStep,
} from "./record.ts";
import type {
  AcceptAnswer,
  AcceptStep,
  AppendAnswer,
  AttachAnswer,
  AttachClaim,
  BufferBounds,
  EndAnswer,
  EndCondition,
  Gone,
  Lease,
  Refused,
  SessionInit,
  Stored,
} from "./store.ts";

const GONE: Gone = { kind: "gone" };
/** The most tombstones that are kept, of some 0.5 KiB each; the oldest go first. */
const MAX_TOMBSTONES = 100_000;

/** The sessions of one process. Instants are milliseconds of any one clock. */
export class MemoryCore {
  /** Changes whenever data may be gone: random, one per process. */
  readonly generation: string;
  readonly #live = new Map<string, SessionRecord>();
  /** In the order in which the sessions have ended. */
  readonly #tombstones = new Map<string, SessionRecord>();

  /** Makes a store without sessions. */
  constructor(generation: string) {
    this.generation = generation;
  }

  /** How many records there are, tombstones included. */
  get size(): number {
    return this.#live.size + this.#tombstones.size;
  }

  /** What is kept of a session. */
  peek(session: string): SessionRecord | undefined {
    return this.#live.get(session) ?? this.#tombstones.get(session);
  }

  /**
   * Begins a session.
   *
   * @throws {RangeError} If there is one with this id.
   */
  open(init: SessionInit, now: number): Lease {
    if (this.peek(init.session) !== undefined) {
      throw new RangeError(`There is a session with the id ${init.session}`);
    }
    const record = openRecord(init, this.#moment(now));
    this.#live.set(init.session, record);
    return leaseOf(record);
  }

  /** Gives a session to a connection. */
  attach(claim: AttachClaim, now: number): AttachAnswer {
    const unknown: Refused = { kind: "refused", why: "unknown" };
    return this.#step(
      claim.session,
      (record) => attachStep(record, claim, this.#moment(now)),
    ) ?? unknown;
  }

  /** Keeps messages for a client. */
  append(
    session: string,
    messages: readonly Payload[],
    bounds: BufferBounds,
  ): AppendAnswer {
    const { generation } = this;
    return this.#step(
      session,
      (record) => appendStep(record, messages, { generation, bounds }),
    ) ?? GONE;
  }

  /** Accepts, claims, trims and replies. */
  accept(step: AcceptStep, now: number): AcceptAnswer {
    return this.#step(
      step.lease.session,
      (record) => acceptStep(record, step, this.#moment(now)),
    ) ?? GONE;
  }

  /** The messages after this number. */
  read(session: string, after: number, limit: number): readonly Stored[] {
    const record = this.peek(session);
    return record === undefined ? [] : readStep(record, after, limit);
  }

  /** Lets go of a session. Returns what waits for the client, in bytes. */
  detach(lease: Lease, ttl: number, now: number): number {
    const moment = { ...this.#moment(now), ttl };
    return this.#step(
      lease.session,
      (record) => detachStep(record, lease, moment),
    ) ?? 0;
  }

  /** Prolongs leases, and returns those that have ended. */
  touch(leases: readonly Lease[], ttl: number, now: number): readonly Lease[] {
    const moment = { ...this.#moment(now), ttl };
    return leases.filter((lease) =>
      this.#step(
        lease.session,
        (record) => touchStep(record, lease, moment),
      ) !== true
    );
  }

  /** Ends a session. */
  end(
    session: string,
    condition: EndCondition,
    { now, tombstone }: { readonly now: number; readonly tombstone: number },
  ): EndAnswer {
    const moment = { ...this.#moment(now), tombstone };
    const answer = this.#step(
      session,
      (record) => endStep(record, condition, moment),
    ) ?? GONE;
    if (tombstone === 0) this.#tombstones.delete(session);
    return answer;
  }

  /** Forgets tombstones that are over, and returns sessions that are. */
  due(limit: number, now: number): readonly string[] {
    // All of one server stay for the same time, so the first ones go first.
    for (const { session, expiresAt } of this.#tombstones.values()) {
      if (expiresAt > now) break;
      this.#tombstones.delete(session);
    }
    const due: string[] = [];
    for (const { session, expiresAt } of this.#live.values()) {
      if (due.length === limit) break;
      if (expiresAt <= now) due.push(session);
    }
    return due;
  }

  #moment(now: number) {
    return { now, generation: this.generation };
  }

  #step<A>(
    session: string,
    step: (record: SessionRecord) => RecordStep<A>,
  ): A | undefined {
    const before = this.peek(session);
    if (before === undefined) return undefined;
    const { record, answer } = step(before);
    if (record.state === "live") this.#live.set(session, record);
    else this.#keepTombstone(record);
    return answer;
  }

  #keepTombstone(record: SessionRecord): void {
    const { session } = record;
    this.#live.delete(session);
    this.#tombstones.set(session, record);
    if (this.#tombstones.size <= MAX_TOMBSTONES) return;
    const [oldest] = this.#tombstones.keys();
    this.#tombstones.delete(oldest!);
  }
}
