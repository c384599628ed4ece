/**
 * What a server does for a session whenever something has changed: handle the
 * next message, report to the store, send to the client, and leave when it is
 * time.
 *
 * @module
 */

import { dropTo, entriesOf, entryAt } from "../flow/numbered.ts";
import { type Payload, payloadBytes } from "../wire/payload.ts";
import { acknowledgeNow, progress } from "../flow/receiving.ts";
import { begunOf, claimOf, paceAfter, paceOfClaim } from "./claim.ts";
import { absorb, control, progressOf, pump, transmit } from "./pump.ts";
import { askStore, reportToStore } from "./store_step.ts";
import {
  inOrder,
  NO_EFFECTS,
  type PendingStep,
  type ServerAttached,
  type ServerContext,
  type ServerEffect,
  type ServerEvent,
  type ServerStep,
} from "./state.ts";
import type { Accepted, Ended, Fenced, Gone } from "../store/store.ts";
import { SESSION_CLOSE, type Violation } from "../wire/violation.ts";

export { control } from "./pump.ts";

type Step = ServerStep<ServerAttached>;

/** The next state of a renewal when the store has confirmed a step. */
const RENEWED = {
  "none": "none",
  "asked": "once",
  "once": "once",
  "asked again": "twice",
  "twice": "twice",
} as const;

/** With an answer that the lease does not hold any more. */
const CLOSE_CODE = {
  fenced: SESSION_CLOSE.stale,
  gone: SESSION_CLOSE.ended,
} as const;

/** Does whatever can be done now. */
export function work(
  state: ServerAttached,
  context: ServerContext,
): ServerStep {
  const run = runNext(state, context);
  const reported = reportToStore(run.state, context);
  const pumped = pump(reported.state);
  const left = departIfDone(pumped.state);
  return {
    state: left.state,
    effects: inOrder(
      inOrder(run.effects, reported.effects),
      inOrder(pumped.effects, left.effects),
    ),
  };
}

/** The end of this connection's part, with its last effects. */
export function closed(effects: readonly ServerEffect[]): ServerStep {
  return {
    state: { kind: "closed" },
    effects: [...effects, { type: "closed" }],
  };
}

/** The client is gone: handles what came, unless a departure has begun. */
export function leave(state: ServerAttached): ServerAttached {
  return state.departure === undefined
    ? { ...state, departure: { kind: "detach" } }
    : state;
}

/** Closes the connection; the session goes on without it. */
export function closePeer(
  state: ServerAttached,
  { closeCode, reason }: Omit<Violation, "type">,
  context: ServerContext,
): ServerStep {
  if (state.peer === "gone") return { state, effects: [] };
  const step = work(leave({ ...state, peer: "gone" }), context);
  const close = { type: "close", closeCode, reason } as const;
  return { ...step, effects: [close, ...step.effects] };
}

/**
 * The lease has ended: nothing is accepted and no handler begins any more. If the
 * store was asked to end the session, its answer says whose end this is.
 */
export function fence(
  state: ServerAttached,
  closeCode: number,
): ServerStep {
  const { running, peer, departure } = state;
  const abort: ServerEffect[] = running === 0 ? [] : [{ type: "abort" }];
  const close: ServerEffect[] = peer === "gone" ? [] : [
    { type: "close", closeCode, reason: fenceReason(closeCode) },
  ];
  const effects = [...abort, ...close];
  return departure?.kind === "ending"
    ? { state: { ...state, peer: "gone" }, effects }
    : closed(effects);
}

function fenceReason(closeCode: number): string {
  switch (closeCode) {
    case SESSION_CLOSE.ended:
      return "The session has ended";
    case SESSION_CLOSE.unavailable:
      return "The store has restarted";
    default:
      return "The session is held elsewhere";
  }
}

/** The handler has finished with a message, and with all that began before. */
export function onHandled(
  state: ServerAttached,
  { seq, replies }: Extract<ServerEvent, { type: "handled" }>,
  context: ServerContext,
): ServerStep {
  const { running, claimed } = state;
  if (running === 0 || seq < running || seq > claimed) {
    return { state, effects: NO_EFFECTS };
  }
  return work({
    ...state,
    running: 0,
    failures: 0,
    renewal: "none",
    handled: seq,
    pace: seq === claimed ? paceAfter(state, context) : state.pace,
    replies: replies.length === 0
      ? state.replies
      : [...state.replies, ...replies],
  }, context);
}

/** The handler threw: it is called again, `maxAttempts` times in all. */
export function onFailed(
  state: ServerAttached,
  seq: number,
  context: ServerContext,
): ServerStep {
  if (seq !== state.running) return { state, effects: [] };
  const failures = state.failures + 1;
  const departure = failures < context.config.maxAttempts
    ? state.departure
    : { kind: "failed" } as const;
  return work(
    { ...state, running: 0, renewal: "none", failures, departure },
    context,
  );
}

/** Asks the store whether the lease still holds. */
export function onRenew(
  state: ServerAttached,
  context: ServerContext,
): Step {
  if (state.step !== undefined) return { state, effects: NO_EFFECTS };
  const renewal = state.renewal === "once" ? "asked again" : "asked";
  return askStore({ ...state, renewal }, claimOf(state, context), context);
}

/** Gives back a message that has not begun, and with it all that follow. */
export function onUnbegun(
  state: ServerAttached,
  seq: number,
  context: ServerContext,
): ServerStep {
  if (state.running !== seq) return { state, effects: NO_EFFECTS };
  const departure = { kind: "yield" } as const;
  return work({ ...state, departure, running: 0, renewal: "none" }, context);
}

/** The store has answered a step. */
export function onAccepted(
  state: ServerAttached,
  answer: Accepted | Fenced | Gone,
  context: ServerContext,
): ServerStep {
  const { step } = state;
  if (step === undefined) return { state, effects: [] };
  return answer.kind === "accepted"
    ? onStepDone(state, { step, last: answer.last }, context)
    : fence(state, CLOSE_CODE[answer.kind]);
}

/** The store has ended the session, or says that others did. */
export function onEnded(
  state: ServerAttached,
  answer: Ended | Fenced | Gone,
): ServerStep {
  const { departure, handled, peer } = state;
  if (departure?.kind !== "ending") return { state, effects: [] };
  if (answer.kind !== "ended") {
    const closeCode = CLOSE_CODE[answer.kind];
    return fence({ ...state, departure: undefined }, closeCode);
  }
  const { why } = departure;
  const failed = why === "failed" ? handled + 1 : 0;
  const closeCode = why === "bye"
    ? SESSION_CLOSE.normal
    : SESSION_CLOSE.handler;
  const reason = why === "bye" ? "" : "A message could not be handled";
  const close: ServerEffect[] = peer === "gone"
    ? []
    : [{ type: "close", closeCode, reason }];
  return closed([
    {
      type: "news",
      news: { kind: "ended", why, answer, failed },
    },
    ...close,
  ]);
}

/** Acknowledges to the client and reports to the store, as far as it is due. */
export function onDue(
  state: ServerAttached,
  context: ServerContext,
): ServerStep {
  const acked = acknowledgeIfDue(state, context);
  if (context.now < state.reportAt) return acked;
  const after = work(acked.state, context);
  return { ...after, effects: inOrder(acked.effects, after.effects) };
}

/** Acknowledges what was accepted, and asks the client to move elsewhere. */
export function onMove(
  state: ServerAttached,
  { after, spread }: Extract<ServerEvent, { type: "move" }>,
  { config }: ServerContext,
): Step {
  if (state.peer === "gone") return { state, effects: [] };
  const done = progressOf(state);
  const moving = control({ op: "moving", after, spread });
  if (done.ack <= state.receiving.acked) return { state, effects: [moving] };
  const { receiving, frame } = acknowledgeNow(
    state.receiving,
    done,
    config.capacity,
  );
  return {
    state: { ...state, receiving },
    effects: [transmit(frame), moving],
  };
}

/** Asks whether the client is there. */
export function onPing(state: ServerAttached, n: number): Step {
  const effects = state.peer === "gone" ? [] : [transmit({ type: "ping", n })];
  return { state, effects };
}

/** Gives the next claimed message to the handler. */
function runNext(state: ServerAttached, { config }: ServerContext): Step {
  if (!mayRun(state)) return { state, effects: NO_EFFECTS };
  const effects: ServerEffect[] = [];
  let next = state;
  while (mayRun(next)) {
    const seq = next.handled + 1;
    const { data } = entryAt(next.queue, seq)!;
    const wasBegun = seq <= next.uncertain;
    if (wasBegun && config.onUncertain === "report") {
      effects.push({ type: "report", seq, data });
      next = { ...next, handled: seq };
      continue;
    }
    const redelivered = wasBegun || next.failures > 0;
    effects.push({ type: "handle", seq, data, redelivered });
    next = { ...next, running: seq };
  }
  return { state: next, effects };
}

function mayRun(
  { running, handled, claimed, queue, departure }: ServerAttached,
): boolean {
  return running === 0 && handled < Math.min(claimed, queue.last) &&
    (departure === undefined || departure.kind === "detach" ||
      departure.kind === "bye");
}

function onStepDone(
  state: ServerAttached,
  { step, last }: { readonly step: PendingStep; readonly last: number },
  context: ServerContext,
): ServerStep {
  const done = entriesOf(state.queue, state.accepted + 1, step.handled);
  const next: ServerAttached = {
    ...state,
    step: undefined,
    confirmedAt: state.stepAt,
    renewal: RENEWED[state.renewal],
    accepted: step.handled,
    claimed: step.claim,
    pace: step.claim > state.claimed
      ? paceOfClaim(state, context.now)
      : state.pace,
    trimmed: Math.max(state.trimmed, step.ack),
    reportedCounter: step.counter,
    queue: dropTo(state.queue, step.handled),
    queueBytes: done.reduce((sum, { bytes }) => sum - bytes, state.queueBytes),
  };
  const acked = acknowledgeIfDue(
    absorb(next, storedReplies(step.replies, last)),
    context,
  );
  const after = work(acked.state, context);
  const { effects } = after;
  return { state: after.state, effects: inOrder(acked.effects, effects) };
}

/** Replies have the last numbers of the log. */
function storedReplies(replies: readonly Payload[], last: number) {
  const first = last - replies.length + 1;
  return replies.map((data, index) => ({
    seq: first + index,
    data,
    bytes: payloadBytes(data),
  }));
}

function acknowledgeIfDue(
  state: ServerAttached,
  context: ServerContext,
): Step {
  if (state.peer === "gone") return { state, effects: NO_EFFECTS };
  const { capacity } = context.config;
  const { receiving, frame } = progress(
    state.receiving,
    progressOf(state),
    { capacity, now: context.now },
  );
  if (receiving === state.receiving) return { state, effects: NO_EFFECTS };
  return {
    state: { ...state, receiving },
    effects: frame === undefined ? NO_EFFECTS : [transmit(frame)],
  };
}

/** Lets go when nothing is running, and the store knows all. */
function departIfDone(state: ServerAttached): ServerStep {
  const { departure, running, step, accepted, claimed, lease, peer } = state;
  // A message that failed stays claimed: the next attachment gets it flagged.
  const isReported = accepted === state.handled && claimed <= begunOf(state);
  const busy = running > 0 || step !== undefined || !isReported;
  if (departure === undefined || busy) return { state, effects: NO_EFFECTS };
  switch (departure.kind) {
    case "ending":
      return { state, effects: [] };
    case "bye":
    case "failed":
      return {
        state: { ...state, departure: { kind: "ending", why: departure.kind } },
        effects: [{ type: "end", lease }],
      };
    case "detach":
    case "yield":
      return closed([
        { type: "detach", lease, ttl: state.ttl },
        { type: "news", news: { kind: "detached" } },
        ...peer === "gone" ? [] : [staleClose()],
      ]);
  }
}

function staleClose(): ServerEffect {
  return {
    type: "close",
    closeCode: SESSION_CLOSE.stale,
    reason: "The session is held elsewhere",
  };
}
