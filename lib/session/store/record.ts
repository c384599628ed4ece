/**
 * A session as a store keeps it, and the steps on it that need no long rules.
 *
 * Each step takes a record and returns the next one with its answer. They are
 * the memory store, and the oracle for any other.
 *
 * @module
 */

import {
  dropTo,
  emptyAfter,
  entriesOf,
  entryAt,
  type Numbered,
  pushAll,
  sizeOf,
} from "../flow/numbered.ts";
import { type Payload, payloadBytes } from "../wire/payload.ts";
import {
  continueLineage,
  type Lineage,
  startLineage,
} from "../flow/positions.ts";
import type {
  AppendAnswer,
  BufferBounds,
  EndAnswer,
  EndCondition,
  Lease,
  SessionInit,
  Stored,
} from "./store.ts";

/** A session, or what is remembered of one. */
export interface SessionRecord {
  readonly session: string;
  readonly principal: string;
  readonly meta: string;
  readonly state: "live" | "ended" | "expired" | "evicted";
  /** The node that holds it. */
  readonly node: string | undefined;
  readonly fence: number;
  /** The generation in which the lease was given. */
  readonly leaseGeneration: string;
  /** The lowest counter of a valid token. */
  readonly counter: number;
  readonly attempt: number;
  readonly instance: string;
  /** The largest message that the client takes; older versions kept none. */
  readonly maxMessage: number | undefined;
  /** The client's messages up to this number are accepted. */
  readonly accepted: number;
  /** Up to here a handler may have begun. */
  readonly claimed: number;
  /** Up to here a message may have been handled before the present lease. */
  readonly uncertain: number;
  /** How many accepted messages were forgotten; the client may not know it. */
  readonly unread: number;
  /** What the client has not consumed. */
  readonly log: Numbered<Stored>;
  readonly logBytes: number;
  readonly lineage: Lineage;
  /** When the session, or its tombstone, is over. Milliseconds. */
  readonly expiresAt: number;
}

/** When a step happens, and in which generation of the store. */
export interface StoreMoment {
  readonly now: number;
  readonly generation: string;
}

/** The record after a step, and the answer. */
export interface RecordStep<A> {
  readonly record: SessionRecord;
  readonly answer: A;
}

/** A new session's record. */
export function openRecord(
  init: SessionInit,
  { now, generation }: StoreMoment,
): SessionRecord {
  const { ttl, ...kept } = init;
  return {
    ...kept,
    state: "live",
    fence: 1,
    leaseGeneration: generation,
    counter: 1,
    accepted: 0,
    claimed: 0,
    uncertain: 0,
    unread: 0,
    log: emptyAfter(0),
    logBytes: 0,
    lineage: startLineage(generation),
    expiresAt: now + ttl,
  };
}

/** The lease of whoever attached last. */
export function leaseOf(record: SessionRecord): Lease {
  const { session, fence, leaseGeneration: generation } = record;
  return { session, fence, generation };
}

/** Returns whether a lease still holds. */
export function holds(
  record: SessionRecord,
  { fence, generation }: Lease,
  moment: Pick<StoreMoment, "generation">,
): boolean {
  return fence === record.fence && generation === record.leaseGeneration &&
    generation === moment.generation;
}

/** Keeps messages, within bounds or at the expense of the oldest. */
export function appendStep(
  record: SessionRecord,
  messages: readonly Payload[],
  { generation, bounds }: Pick<StoreMoment, "generation"> & {
    readonly bounds: BufferBounds;
  },
): RecordStep<AppendAnswer> {
  if (record.state !== "live") return { record, answer: { kind: "gone" } };
  const added = numberedAfter(record.log.last, messages);
  const maxMessage = record.maxMessage ?? bounds.maxMessage;
  if (added.some(({ bytes }) => bytes > maxMessage)) {
    return { record, answer: { kind: "too-large", maxMessage } };
  }
  const bytes = bytesOf(added);
  const excess = excessOf(record, { messages: added.length, bytes }, bounds);
  if (excess === Infinity) {
    const held = sizeOf(record.log);
    return {
      record,
      answer: { kind: "full", messages: held, bytes: record.logBytes },
    };
  }
  const next = keep(trim(record, record.log.first - 1 + excess), {
    messages: added,
    generation,
  });
  return {
    record: next,
    answer: {
      kind: "appended",
      first: record.log.last + 1,
      last: next.log.last,
      dropped: excess,
      bytes: next.logBytes,
      node: record.node,
    },
  };
}

/** Messages with the numbers that follow this one. */
export function numberedAfter(
  last: number,
  messages: readonly Payload[],
): readonly Stored[] {
  return messages.map((data, index) => ({
    seq: last + 1 + index,
    data,
    bytes: payloadBytes(data),
  }));
}

/** Adds messages to the log, whose numbers follow its last one, in this generation. */
export function keep(
  record: SessionRecord,
  { messages, generation }: {
    readonly messages: readonly Stored[];
    readonly generation: string;
  },
): SessionRecord {
  if (messages.length === 0) return record;
  return {
    ...record,
    log: pushAll(record.log, messages),
    logBytes: record.logBytes + bytesOf(messages),
    lineage: continueLineage(record.lineage, generation, record.log.last + 1),
  };
}

/** Forgets what the client consumed. */
export function trim(record: SessionRecord, ack: number): SessionRecord {
  if (ack < record.log.first) return record;
  const gone = entriesOf(record.log, record.log.first, ack);
  return {
    ...record,
    log: dropTo(record.log, ack),
    logBytes: record.logBytes - bytesOf(gone),
  };
}

/** The messages after a number that are still there. */
export function readStep(
  { log }: SessionRecord,
  after: number,
  limit: number,
): readonly Stored[] {
  const first = Math.max(after + 1, log.first);
  return entriesOf(log, first, first + limit - 1);
}

/** Lets go, if the lease holds. The answer is what waits, in bytes. */
export function detachStep(
  record: SessionRecord,
  lease: Lease,
  { now, generation, ttl }: StoreMoment & { readonly ttl: number },
): RecordStep<number> {
  const answer = record.logBytes;
  return holds(record, lease, { generation })
    ? { record: { ...record, node: undefined, expiresAt: now + ttl }, answer }
    : { record, answer };
}

/** Prolongs a lease. The answer is whether it still holds. */
export function touchStep(
  record: SessionRecord,
  lease: Lease,
  { now, generation, ttl }: StoreMoment & { readonly ttl: number },
): RecordStep<boolean> {
  return holds(record, lease, { generation }) && record.state === "live"
    ? { record: { ...record, expiresAt: now + ttl }, answer: true }
    : { record, answer: false };
}

/** Ends a session, and leaves its tombstone. */
export function endStep(
  record: SessionRecord,
  condition: EndCondition,
  moment: StoreMoment & { readonly tombstone: number },
): RecordStep<EndAnswer> {
  if (record.state !== "live") return { record, answer: { kind: "gone" } };
  if (!mayEnd(record, condition, moment)) {
    return { record, answer: { kind: "fenced" } };
  }
  const { accepted, claimed, node, log } = record;
  const unconsumed = readStep(record, 0, Infinity);
  return {
    record: {
      ...record,
      state: endReason(condition),
      node: undefined,
      meta: "",
      fence: record.fence + 1,
      log: emptyAfter(log.last),
      logBytes: 0,
      expiresAt: moment.now + moment.tombstone,
    },
    answer: { kind: "ended", accepted, claimed, node, unconsumed },
  };
}

/** How many of the oldest must go; `Infinity` if it cannot be, or may not. */
function excessOf(
  { log, logBytes }: SessionRecord,
  added: { readonly messages: number; readonly bytes: number },
  { maxMessages, maxBytes, overflow }: BufferBounds,
): number {
  if (added.messages > maxMessages || added.bytes > maxBytes) return Infinity;
  let left = sizeOf(log) + added.messages;
  let size = logBytes + added.bytes;
  let excess = 0;
  while (left > maxMessages || size > maxBytes) {
    if (overflow === "reject") return Infinity;
    size -= entryAt(log, log.first + excess)!.bytes;
    left -= 1;
    excess += 1;
  }
  return excess;
}

function bytesOf(messages: readonly Stored[]): number {
  let sum = 0;
  for (const { bytes } of messages) sum += bytes;
  return sum;
}

function mayEnd(
  record: SessionRecord,
  condition: EndCondition,
  moment: StoreMoment,
): boolean {
  switch (condition.kind) {
    case "always":
      return true;
    case "lease":
      return holds(record, condition.lease, moment);
    case "expired":
      return record.expiresAt <= moment.now;
    case "detached":
      return record.node === undefined;
  }
}

/** Why a session ends that meets a condition. */
export function endReason(
  condition: EndCondition,
): "ended" | "expired" | "evicted" {
  switch (condition.kind) {
    case "always":
      return condition.why;
    case "lease":
      return "ended";
    case "expired":
      return "expired";
    case "detached":
      return "evicted";
  }
}
