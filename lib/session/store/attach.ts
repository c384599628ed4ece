/**
 * The step that gives a session to a connection.
 *
 * @module
 */

import { commonPosition, continueLineage, lastOf } from "../flow/positions.ts";
import {
  leaseOf,
  type RecordStep,
  type SessionRecord,
  type StoreMoment,
  trim,
} from "./record.ts";
import type {
  AttachAnswer,
  AttachClaim,
  Attached,
  Fate,
  Refused,
} from "./store.ts";

/** Attaches a verified resume, or says why not. */
export function attachStep(
  record: SessionRecord,
  claim: AttachClaim,
  moment: StoreMoment,
): RecordStep<AttachAnswer> {
  const refused = refusalOf(record, claim, moment);
  if (refused !== undefined) return { record, answer: refused };
  const at = positionOf(record, claim);
  if (at === undefined || claim.last < record.accepted) {
    return { record, answer: { kind: "refused", why: "diverged" } };
  }
  if (isBusy(record, claim, moment)) {
    return { record, answer: { kind: "busy", node: record.node! } };
  }
  return attached(record, { claim, at, moment });
}

/**
 * What is checked before the messages are looked at. The principal comes first,
 * so that nobody else learns anything; the attempt before the token, so that a
 * delayed resume opens no session that nobody wants.
 */
function refusalOf(
  record: SessionRecord,
  claim: AttachClaim,
  moment: StoreMoment,
): Refused | undefined {
  if (record.principal !== claim.principal) {
    return { kind: "refused", why: "principal" };
  }
  if (claim.attempt <= record.attempt) return { kind: "refused", why: "stale" };
  if (claim.counter < record.counter) {
    return { kind: "refused", why: "superseded" };
  }
  if (record.state === "live") return undefined;
  const fate = fateOf(record, claim, moment);
  const why = record.state;
  return fate === undefined
    ? { kind: "refused", why }
    : { kind: "refused", why, fate };
}

/** What a tombstone knows of this client's messages. */
function fateOf(
  record: SessionRecord,
  claim: AttachClaim,
  moment: StoreMoment,
): Fate | undefined {
  const at = positionOf(record, claim);
  if (at === undefined) return undefined;
  const got = Math.max(record.accepted, claim.first - 1);
  const begun = Math.max(record.claimed, uncertainOf(record, claim, moment));
  const uncertain = Math.max(got, Math.min(begun, claim.last));
  return { got, uncertain, at, last: record.log.last };
}

/**
 * Only the node that holds the lease can be handling a message, and none does
 * in a generation that has begun since.
 */
function isBusy(
  record: SessionRecord,
  claim: AttachClaim,
  { generation }: StoreMoment,
): boolean {
  return claim.takeover === "ask" && record.node !== undefined &&
    begunOf(record, claim) > record.accepted &&
    record.leaseGeneration === generation;
}

/** A claim may reach beyond what was sent. What was not sent has not begun. */
function begunOf({ claimed }: SessionRecord, { last }: AttachClaim): number {
  return Math.min(claimed, last);
}

function attached(
  record: SessionRecord,
  { claim, at, moment }: {
    readonly claim: AttachClaim;
    readonly at: number;
    readonly moment: StoreMoment;
  },
): RecordStep<Attached> {
  const { generation, now } = moment;
  // The client knows that these were accepted; it cannot send them again.
  const accepted = Math.max(record.accepted, claim.first - 1);
  // The same token again: the client has not read the last answer.
  const unread = claim.counter === record.counter ? record.unread : 0;
  const forgotten = accepted - record.accepted + unread;
  const next: SessionRecord = {
    ...trim(record, Math.min(claim.ack, at)),
    accepted,
    claimed: accepted,
    // Kept in the record: the next owner claims less than this one might have.
    uncertain: uncertainOf(record, claim, moment),
    unread: forgotten,
    lineage: continueLineage(record.lineage, generation, record.log.last + 1),
    fence: record.fence + 1,
    leaseGeneration: generation,
    node: claim.node,
    counter: claim.counter,
    attempt: claim.attempt,
    instance: claim.instance,
    maxMessage: claim.maxMessage,
    expiresAt: now + claim.ttl,
  };
  const { uncertain, lineage, meta } = next;
  return {
    record: next,
    answer: {
      kind: "attached",
      lease: leaseOf(next),
      ...{ accepted, at, uncertain, lineage, meta },
      trimmed: next.log.first - 1,
      last: next.log.last,
      bytes: next.logBytes,
      orphans: lastOf(claim.have) - at,
      forgotten,
      holder: record.node,
    },
  };
}

/** Up to which message a handler may have begun before. */
function uncertainOf(
  record: SessionRecord,
  claim: AttachClaim,
  { generation }: StoreMoment,
): number {
  const begun = begunOf(record, claim);
  const claimed = begun > record.accepted ? begun : 0;
  // The store lost data since: whatever the client sent may have been handled.
  const sent = record.leaseGeneration === generation ? 0 : claim.last;
  return Math.max(record.uncertain, claimed, sent);
}

function positionOf(
  record: SessionRecord,
  claim: AttachClaim,
): number | undefined {
  return commonPosition(claim.have, record.lineage, record.log.last);
}
