/**
 * The promises for a store that lost its newest data: what either side knows to be
 * gone is reported, by its numbers.
 *
 * @module
 */

import type { ClientEventOf, Facts, Rollback } from "./facts.ts";
import type { Kept } from "./history.ts";
import type { Violation } from "../../check/violation.ts";

const RULE = "what a store forgot is reported exactly";

/** A loss that was reported to the client, in the session that it had. */
interface ReportedLoss {
  readonly session: string;
  readonly drop: ClientEventOf<"drop">;
  /** The largest number that had come; `undefined` where numbers are not seen. */
  readonly seen: number | undefined;
}

/** Finds what is wrong with what was reported after a rollback. */
export function* checkRollbacks(facts: Facts): Generator<Violation> {
  const reported = reportedLosses(facts);
  yield* checkCounts(facts, reported);
  for (const rollback of facts.rollbacks) {
    const { kept } = rollback;
    if (kept !== undefined) {
      yield* checkAfter(facts, { rollback, kept, reported });
    }
  }
}

/** What was reported begins with the first number that the store forgot. */
function* checkCounts(
  { rollbacks }: Facts,
  reported: readonly ReportedLoss[],
): Generator<Violation> {
  for (const { session, drop, seen } of reported) {
    const { direction, first = NaN, last = NaN, count } = drop;
    // The lab does not know a session that was being opened at that time.
    const isKnown = rollbacks.some(({ kept }) =>
      kept === undefined ||
      kept.session === session &&
        first === (direction === "outbound" ? kept.accepted : kept.last) + 1
    );
    const isWhole = direction === "outbound" || seen === undefined ||
      last === seen;
    if (isKnown && isWhole && count === last - first + 1) continue;
    yield {
      rule: RULE,
      detail:
        `${direction} ${first} to ${last}, ${count} in all, in ${session}`,
    };
  }
}

/** The client goes on behind what was reported, or behind what the store kept. */
function* checkAfter(
  facts: Facts,
  { rollback, kept, reported }: {
    readonly rollback: Rollback;
    readonly kept: Kept;
    readonly reported: readonly ReportedLoss[];
  },
): Generator<Violation> {
  const next = facts.runs.find((run) =>
    run.session === kept.session && run.epoch > rollback.index
  );
  const isLast = next !== undefined &&
    !facts.rollbacks.some(({ index }) =>
      rollback.index < index && index < next.epoch
    );
  if (!isLast) return;
  const drops = reported.filter(({ session, drop }) =>
    session === kept.session && drop.direction === "outbound" &&
    drop.first === kept.accepted + 1
  );
  const first = [kept.accepted, ...drops.map(({ drop }) => drop.last ?? NaN)];
  if (first.includes(next.seq - 1)) return;
  yield {
    rule: RULE,
    detail: `${kept.accepted} kept, then came ${next.seq} in ${next.run}`,
  };
}

function reportedLosses({ history }: Facts): readonly ReportedLoss[] {
  const reported: ReportedLoss[] = [];
  let session = "";
  let seen: number | undefined = 0;
  for (const event of history.client) {
    if (event.type === "open" && event.session !== session) {
      session = event.session;
      seen = 0;
    }
    if (event.type === "message") seen = event.seq;
    if (event.type !== "drop" || event.direction !== "inbound") {
      if (event.type === "drop" && event.reason === "rolled-back") {
        reported.push({ session, drop: event, seen });
      }
      continue;
    }
    if (event.reason === "rolled-back") {
      reported.push({ session, drop: event, seen });
      seen = seen === undefined ? seen : (event.first ?? NaN) - 1;
    }
    if (event.reason === "trimmed") seen = event.last;
  }
  return reported;
}
