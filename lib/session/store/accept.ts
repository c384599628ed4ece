/**
 * The step of whoever handles a session's messages: what was handled is
 * accepted with its replies, what comes next is claimed, what the client
 * consumed is forgotten. All of it or nothing, and only with the lease.
 *
 * @module
 */

import {
  holds,
  keep,
  numberedAfter,
  type RecordStep,
  type SessionRecord,
  type StoreMoment,
  trim,
} from "./record.ts";
import type { AcceptAnswer, AcceptStep } from "./store.ts";

/** Accepts, claims, trims and replies. */
export function acceptStep(
  record: SessionRecord,
  step: AcceptStep,
  { now, generation }: StoreMoment,
): RecordStep<AcceptAnswer> {
  if (record.state !== "live") return { record, answer: { kind: "gone" } };
  if (!holds(record, step.lease, { generation })) {
    return { record, answer: { kind: "fenced" } };
  }
  const accepted = Math.max(record.accepted, step.handled);
  const messages = numberedAfter(record.log.last, step.replies);
  const next = keep(trim(record, Math.min(step.ack, record.log.last)), {
    messages,
    generation,
  });
  return {
    record: {
      ...next,
      accepted,
      // Only a client that has read the answer sends anything.
      unread: 0,
      claimed: Math.max(accepted, step.claim),
      counter: Math.max(record.counter, step.counter),
      expiresAt: now + step.ttl,
    },
    answer: { kind: "accepted", last: next.log.last, bytes: next.logBytes },
  };
}
