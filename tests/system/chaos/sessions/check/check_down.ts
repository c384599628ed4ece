/**
 * The promises for what a server sends, and for the end.
 *
 * @module
 */

import type { ClientEventOf, Facts } from "./facts.ts";
import type { ClientEvent } from "./history.ts";
import { replyLabel } from "../payloads.ts";
import type { Violation } from "../../check/violation.ts";

/** Finds what is wrong with what the client received. */
export function* checkDown(facts: Facts): Generator<Violation> {
  yield* checkGarbage(facts);
  yield* checkRepeats(facts);
  yield* checkOrder(facts);
  yield* checkReplies(facts);
  yield* checkSequence(facts);
  yield* checkLosses(facts);
  yield* checkLostCounts(facts);
}

/** Finds what is wrong with the end of sessions and of the client. */
export function* checkEnd(facts: Facts): Generator<Violation> {
  yield* checkEnds(facts);
  yield* checkFarewell(facts);
  yield* checkClose(facts);
  yield* checkRecovery(facts);
}

function* checkGarbage({ messages }: Facts): Generator<Violation> {
  for (const { label } of messages) {
    if (!label.startsWith("?")) continue;
    yield { rule: "the client gets what was sent", detail: label };
  }
}

function* checkRepeats({ messages }: Facts): Generator<Violation> {
  const seen = new Set<string>();
  for (const { label } of messages) {
    if (seen.has(label)) {
      yield { rule: "the client gets no message twice", detail: label };
    }
    seen.add(label);
  }
}

/** Pushes in the order of `send()` of each node, replies in that of the handler. */
function* checkOrder(
  { messages, runs, pushes }: Facts,
): Generator<Violation> {
  const order = new Map<string, number>();
  for (const [index, { label }] of pushes.entries()) order.set(label, index);
  for (const [index, { number, run }] of runs.entries()) {
    order.set(replyLabel(number, run), index);
  }
  const sender = new Map(pushes.map(({ label, process }) => [label, process]));
  const last = new Map<number | string | undefined, number>();
  for (const { label } of messages) {
    const isPush = label.startsWith("p");
    // Nobody promises anything of one that was rejected, or has no answer.
    if (isPush && !order.has(label)) continue;
    const by = isPush ? sender.get(label) : "replies";
    const place = order.get(label) ?? NaN;
    if (!(place > (last.get(by) ?? -1))) {
      yield { rule: "the client gets messages in order", detail: label };
    }
    last.set(by, place);
  }
}

/** A reply is that of the run which was accepted: the last one. */
function* checkReplies(facts: Facts): Generator<Violation> {
  if (facts.hasDataLoss) return;
  for (const { label } of facts.messages) {
    const [, number, run] = /^r(\d+)\.(.*)$/.exec(label) ?? [];
    if (run === undefined) continue;
    const last = facts.runsOf.get(Number(number))?.at(-1)?.run;
    const isResent = facts.history.onUnknown === "resend";
    if (last === run || isResent) continue;
    yield {
      rule: "the reply is that of the run which was accepted",
      detail: `${label}, and ${last} came later`,
    };
  }
}

/** The numbers that a client has seen have no hole of which nothing was reported. */
function* checkSequence({ history }: Facts): Generator<Violation> {
  let before = 0;
  let session = "";
  for (const event of history.client) {
    if (event.type === "open" && event.session !== session) {
      session = event.session;
      before = 0;
      continue;
    }
    // The store gives these numbers anew.
    if (event.type === "drop" && event.reason === "rolled-back") {
      if (event.direction === "inbound") before = (event.first ?? NaN) - 1;
      continue;
    }
    const range = rangeOf(event);
    if (range === undefined) continue;
    if (range.first !== before + 1) {
      yield {
        rule: "the client's numbers have no hole that was not reported",
        detail: `${range.first} to ${range.last} after ${before}`,
      };
    }
    before = range.last;
  }
}

function rangeOf(
  event: ClientEvent,
): { readonly first: number; readonly last: number } | undefined {
  if (event.type === "message" && event.seq !== undefined) {
    return { first: event.seq, last: event.seq };
  }
  if (event.type !== "drop" || event.reason !== "trimmed") return undefined;
  const { first = NaN, last = NaN } = event;
  return { first, last };
}

/** G1, G3, G4, G5: what was stored came, or its loss was reported at either end. */
function* checkLosses(facts: Facts): Generator<Violation> {
  const received = new Set(facts.messages.map(({ label }) => label));
  const unconsumed = new Set(
    facts.ends.flatMap((end) => end.unconsumed.map(({ label }) => label)),
  );
  const missing = [...facts.pushes, ...facts.replies].filter((stored) =>
    !received.has(stored.label) && !unconsumed.has(stored.label) &&
    !facts.isForgotten(stored)
  );
  const isReceived = facts.history.ack === "received";
  const reported = facts.reported(
    "inbound",
    (reason) => reason === "trimmed" || isReceived && reason === "closed",
  ) + lostWithUnknownEnds(facts);
  if (missing.length <= reported + allTrimmedUnseen(facts)) return;
  const labels = missing.slice(0, 20).map(({ label }) => label);
  yield {
    rule: "no message of the server is lost in silence",
    detail: `${missing.length} did not come: ${labels}; ${reported} reported`,
  };
}

/** What a client knows of sessions whose end no server knows: the answer was lost. */
function lostWithUnknownEnds(facts: Facts): number {
  return lostSessions(facts)
    .filter(({ session }) => !facts.ends.some((end) => end.session === session))
    .reduce((sum, { drop }) => sum + (drop?.count ?? 0), 0);
}

/** Those of all sessions: they are reported with the session, or not at all. */
function allTrimmedUnseen(facts: Facts): number {
  const lost = new Map(
    lostSessions(facts).map(({ session, last }) => [session, last]),
  );
  const seen = facts.history.client.flatMap((event) =>
    rangeOf(event)?.last ?? []
  );
  return facts.ends.reduce((sum, end, index) => {
    const isLast = index === facts.ends.length - 1;
    const last = lost.get(end.session) ?? (isLast ? seen.at(-1) ?? 0 : NaN);
    return sum + (trimmedUnseen(facts, end, last) || 0);
  }, 0);
}

/**
 * How many messages a full buffer dropped that the client had no time to ask
 * for: its session ended before. `unconsumed` begins behind them.
 *
 * @param last The last number that the client has seen.
 */
function trimmedUnseen(
  { history }: Facts,
  { unconsumed: [oldest] }: Facts["ends"][number],
  last: number,
): number {
  if (oldest === undefined || history.overflow === "reject") return 0;
  return Math.max(0, oldest.seq - 1 - last);
}

/** G4: the client learns exactly how many messages a lost session took along. */
function* checkLostCounts(facts: Facts): Generator<Violation> {
  if (facts.hasDataLoss) return;
  for (const { drop, session, last } of lostSessions(facts)) {
    const end = facts.ends.find((end) => end.session === session);
    if (end === undefined || last === undefined) continue;
    const lost = end.unconsumed.filter(({ seq }) => seq > last).length +
      trimmedUnseen(facts, end, last);
    const reported = drop?.count ?? 0;
    if (lost === reported) continue;
    yield {
      rule: "the loss of a session is reported exactly",
      detail: `${session}: ${reported} reported, ${lost} lost`,
    };
  }
}

/** A session that was lost, as the client knows it. */
interface LostSession {
  readonly session: string;
  /** The last number that came; `undefined` where numbers are not seen. */
  readonly last: number | undefined;
  /** What was reported, before the next session was or after it. */
  drop?: ClientEventOf<"drop"> | undefined;
}

function lostSessions({ history }: Facts): readonly LostSession[] {
  const found: LostSession[] = [];
  let session = "";
  let last: number | undefined = 0;
  let early: ClientEventOf<"drop"> | undefined;
  for (const event of history.client) {
    if (event.type === "message" && event.seq === undefined) last = undefined;
    last = rangeOf(event)?.last ?? last;
    if (isLossOfSession(event)) {
      const lost = found.at(-1);
      const isLate = lost !== undefined && lost.drop === undefined &&
        lost.last !== undefined && event.first === lost.last + 1;
      if (isLate) lost.drop = event;
      else early = event;
    }
    if (event.type !== "open" || event.session === session) continue;
    if (event.kind === "lost") found.push({ session, last, drop: early });
    early = undefined;
    session = event.session;
    last = last === undefined ? last : 0;
  }
  return found;
}

function isLossOfSession(event: ClientEvent): event is ClientEventOf<"drop"> {
  return event.type === "drop" && event.direction === "inbound" &&
    event.reason === "session-lost";
}

/** `ended` comes once for each session, and for the last one in any case. */
function* checkEnds(
  { ends, hasDataLoss, history }: Facts,
): Generator<Violation> {
  const last = history.client.findLast((event) => event.type === "open");
  if (last && !ends.some(({ session }) => session === last.session)) {
    yield { rule: "a session ends once", detail: `${last.session} did not` };
  }
  if (hasDataLoss) return;
  for (const [session, list] of Map.groupBy(ends, (end) => end.session)) {
    if (list.length === 1) continue;
    yield {
      rule: "a session ends once",
      detail: `${session}: ${list.map(({ why }) => why)}`,
    };
  }
}

/** After a good-bye, both ends agree. */
function* checkFarewell(facts: Facts): Generator<Violation> {
  const received = new Set(facts.messages.map(({ label }) => label));
  for (const { session, why, accepted, unconsumed } of facts.ends) {
    if (why !== "bye") continue;
    const both = unconsumed.filter(({ label }) => received.has(label));
    if (both.length > 0) {
      yield {
        rule: "ended tells only what the client has not consumed",
        detail: `${both.map(({ label }) => label)}`,
      };
    }
    const runs = facts.runs.filter((run) => run.session === session);
    const last = runs.reduce((most, { seq }) => Math.max(most, seq), 0);
    if (accepted === last || facts.hasDataLoss) continue;
    yield {
      rule: "ended tells how far messages were accepted",
      detail: `${accepted} of ${last} in ${session}`,
    };
  }
}

function* checkClose({ history }: Facts): Generator<Violation> {
  const closes = history.client.filter((event) => event.type === "close");
  const [close] = closes;
  if (closes.length === 1 && close?.why === "requested") return;
  yield {
    rule: "the client ends when it is asked to",
    detail: JSON.stringify(closes),
  };
}

function* checkRecovery({ history }: Facts): Generator<Violation> {
  for (const event of history.client) {
    if (event.type !== "recovered" || event.after <= event.limit) continue;
    yield {
      rule: "it recovers in time",
      detail: `Step ${event.step}: messages after ${
        Math.round(event.after)
      } ms instead of ${event.limit} ms`,
    };
  }
}
