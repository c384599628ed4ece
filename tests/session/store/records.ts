/** Records and claims to test the store's steps with. */

import {
  leaseOf,
  openRecord,
  type SessionRecord,
} from "../../../lib/session/store/record.ts";
import type { AttachClaim } from "../../../lib/session/store/store.ts";

/** The instant and the generation of most steps. */
export const MOMENT = { now: 1_000, generation: "g1" };

/** A session as it is opened. */
export const INIT = {
  session: "s",
  principal: "ann",
  attempt: 1,
  instance: "i",
  node: "A",
  ttl: 120_000,
  maxMessage: 10_000_000,
  meta: "chat",
};

/** The record of a new session, changed. */
export function recordWith(change: Partial<SessionRecord> = {}): SessionRecord {
  return { ...openRecord(INIT, MOMENT), ...change };
}

/** The claim of the client's second attempt, changed. */
export function claimWith(change: Partial<AttachClaim> = {}): AttachClaim {
  return {
    session: "s",
    principal: "ann",
    counter: 1,
    attempt: 2,
    instance: "i",
    node: "B",
    ttl: 120_000,
    maxMessage: 10_000_000,
    have: [["g1", 0]],
    ack: 0,
    first: 1,
    last: 0,
    takeover: "ask",
    ...change,
  };
}

/** What the holder of a record's lease tells the store, changed. */
export function stepFor(record: SessionRecord, change = {}) {
  return {
    lease: leaseOf(record),
    handled: 0,
    claim: 0,
    ack: 0,
    counter: 1,
    ttl: 120_000,
    replies: [],
    ...change,
  };
}

/** What most buffers keep. */
export const BOUNDS = {
  maxMessages: 4,
  maxBytes: 10,
  overflow: "reject",
  maxMessage: 10_000_000,
} as const;
