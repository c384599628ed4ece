/**
 * The promises for what a client sends.
 *
 * @module
 */

import { type Facts, type Moment, type Run, TOLERANCE } from "./facts.ts";
import { TAKEOVER_TIMEOUT } from "../setups.ts";
import type { Violation } from "../../check/violation.ts";

/** Finds what is wrong with what the server handled. */
export function* checkUp(facts: Facts): Generator<Violation> {
  yield* checkGarbage(facts);
  yield* checkRepeats(facts);
  yield* checkFlags(facts);
  yield* checkOrder(facts);
  yield* checkNumbers(facts);
  yield* checkRivals(facts);
  yield* checkAcceptance(facts);
  yield* checkLosses(facts);
  yield* checkTotals(facts);
}

function* checkGarbage({ history }: Facts): Generator<Violation> {
  for (const event of history.server) {
    if (event.type !== "garbage") continue;
    yield { rule: "the server gets what was sent", detail: event.text };
  }
}

/** G1, G2. */
function* checkRepeats(facts: Facts): Generator<Violation> {
  const { runsOf, history } = facts;
  for (const [number, runs] of runsOf) {
    for (const [index, run] of runs.entries()) {
      const before = runs[index - 1];
      if (before === undefined) continue;
      if (!run.redelivered) {
        yield {
          rule: "no message is repeated unflagged",
          detail: `${number} by ${before.run} and ${run.run}`,
        };
      }
      if (mayRepeat(before, run, history.onUnknown)) continue;
      if (facts.isInVain(before, run)) continue;
      yield {
        rule: "no message is repeated without need",
        detail: `${number} by ${before.run}, which returned, and ${run.run}`,
      };
    }
  }
}

function mayRepeat(
  before: Run,
  run: Run,
  onUnknown: "drop" | "resend",
): boolean {
  const { end } = before;
  if (end === undefined) return true;
  if (end.outcome === "threw" || end.isAborted || end.at > run.at) return true;
  if (isTakenOver(before, run)) return true;
  return before.session !== run.session && onUnknown === "resend";
}

/**
 * Whether the session may have moved by force in between: the run had ended, and
 * the store did not know it in time.
 */
function isTakenOver(before: Moment, run: Moment): boolean {
  return run.resumes > before.resumes &&
    run.at - before.at >= TAKEOVER_TIMEOUT;
}

/**
 * A flag has a cause: a life that ended, a run that failed or was given up, a
 * session that moved by force. What was claimed there may not have begun.
 */
function* checkFlags(facts: Facts): Generator<Violation> {
  let mayFlag = false;
  let before: Moment = facts.start;
  for (const run of facts.runs) {
    mayFlag ||= facts.mayFlag(run) || isTakenOver(before, run);
    before = run;
    if (run.redelivered && !mayFlag) {
      yield {
        rule: "no message is flagged without a cause",
        detail: `${run.number} by ${run.run}`,
      };
    }
    mayFlag ||= run.end?.outcome !== "returned" || run.end.isAborted;
  }
}

function* checkOrder({ runs, runsOf }: Facts): Generator<Violation> {
  let last = 0;
  for (const [number] of runsOf) {
    if (number < last) {
      yield {
        rule: "the server gets messages in order",
        detail: `${number} first after ${last}`,
      };
    }
    last = Math.max(last, number);
  }
  for (const [session, list] of Map.groupBy(runs, (run) => run.session)) {
    yield* checkSequence(session, list);
  }
}

/** Each message follows the one before, or is one that came already. */
function* checkSequence(
  session: string,
  runs: readonly Run[],
): Generator<Violation> {
  let before = 0;
  for (const { seq, run, redelivered } of runs) {
    const isNext = seq === before + 1;
    if (!isNext && !(redelivered && seq <= before)) {
      yield {
        rule: "the server gets messages in order",
        detail: `${run}: number ${seq} after ${before} in ${session}`,
      };
    }
    before = seq;
  }
}

/** One number of a session stands for one message. */
function* checkNumbers({ runs }: Facts): Generator<Violation> {
  const known = new Map<string, number>();
  for (const { session, seq, number } of runs) {
    const key = `${session} ${seq}`;
    const before = known.get(key) ?? number;
    known.set(key, number);
    if (before === number) continue;
    yield {
      rule: "no message passes for another one",
      detail: `${number} has the number ${seq} of ${before} in ${session}`,
    };
  }
}

/** G7, and one message at a time. */
function* checkRivals({ runs }: Facts): Generator<Violation> {
  for (const { run, rivals } of runs) {
    if (rivals === 0) continue;
    yield {
      rule: "one handler of a session runs at a time",
      detail: `${run} beside ${rivals} others`,
    };
  }
}

/** What `write()` has resolved was handled before, and is not handled again. */
function* checkAcceptance(facts: Facts): Generator<Violation> {
  for (const event of facts.history.client) {
    if (event.type !== "settled" || event.fate !== "accepted") continue;
    const { number, at } = event;
    const runs = facts.runsOf.get(number) ?? [];
    const isHandled = runs.some(({ end }) =>
      end?.outcome === "returned" && end.at <= at + TOLERANCE
    );
    if (!isHandled) {
      yield {
        rule: "write() resolves when the server has handled the message",
        detail: `${number}`,
      };
    }
    const again = runs.find((run) => run.at > at + TOLERANCE);
    if (again === undefined || facts.hasDataLoss) continue;
    yield {
      rule: "what is accepted is not handled again",
      detail: `${number} by ${again.run}`,
    };
  }
}

/** G1, G3, G4: each message was handled, or its loss was reported. */
function* checkLosses(facts: Facts): Generator<Violation> {
  const missing = sentOf(facts).filter((number) => !facts.runsOf.has(number));
  const reported = facts.reported(
    "outbound",
    (reason) => reason !== "rolled-back",
  );
  if (missing.length > reported) {
    yield {
      rule: "no message of the client is lost in silence",
      detail: `${missing.length} not handled: ${
        missing.slice(0, 20)
      }; ${reported} reported`,
    };
  }
  const certain = facts.reported(
    "outbound",
    (reason) => reason !== "rolled-back" && reason !== "unknown",
  );
  if (certain > missing.length) {
    yield {
      rule: "what is reported as lost was not handled",
      detail: `${certain} reported, ${missing.length} not handled`,
    };
  }
}

/** What the counters say adds up with what was reported. */
function* checkTotals(facts: Facts): Generator<Violation> {
  const { totals } = facts.history;
  const sent = sentOf(facts).length;
  const reported = facts.reported(
    "outbound",
    (reason) => reason !== "rolled-back",
  );
  const sum = totals.sent + reported + totals.waiting;
  if (sum === sent) return;
  yield {
    rule: "the counters tell what became of each message",
    detail: `${sent} given to send(); ${totals.sent} accepted, ${reported} ` +
      `dropped, ${totals.waiting} waiting`,
  };
}

function sentOf({ history }: Facts): readonly number[] {
  return history.client.flatMap((event) =>
    event.type === "sent" ? event.number : []
  );
}
