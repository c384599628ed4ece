/**
 * Judges the silence of the peer of an open connection.
 *
 * This file knows no clock: instants are arguments, deadlines are data.
 * `heardAt` may lag behind, since it matters only at a deadline: callers of
 * {@linkcode judge} call `heard()` first.
 *
 * @module
 */

import type { Config } from "./config/config.ts";
import type { Failure } from "./failure.ts";
import {
  type Heartbeat,
  JUDGING,
  type Probe,
  probe,
  settling,
  SETTLING_TIME,
  startSettling,
  withPing,
} from "./heartbeat.ts";
import { SUSPENSION_TOLERANCE } from "./suspension.ts";

/** The result of {@linkcode judge}. */
export type Judgement =
  | { readonly kind: "alive"; readonly heartbeat: Heartbeat }
  /** The probe got no answer, but something else has arrived since. */
  | {
    readonly kind: "excused";
    readonly heartbeat: Heartbeat;
    readonly probe: Probe;
  }
  /** The last ping of `heartbeat` is to be sent now. */
  | { readonly kind: "ping"; readonly heartbeat: Heartbeat }
  | { readonly kind: "dead"; readonly failure: Failure };

/** How late a timer may be before the judgement waits for reading, in milliseconds. */
const LATENESS_TOLERANCE = 50;
/**
 * How long unsent data may excuse silence, in milliseconds: longer than a page is
 * blocked in practice.
 */
const STALL_LIMIT = 30_000;

/** When to call {@linkcode judge} next. */
export function heartbeatDeadline(
  state: Heartbeat,
  config: Config,
): number {
  const { mode } = state;
  switch (mode.kind) {
    case "paused":
      return Infinity;
    case "settling":
    case "stalled":
      return mode.until;
    case "judging":
      return Math.min(
        state.nextPingAt,
        pingDeadline(state, config),
        idleDeadline(state, config),
        state.probe?.deadline ?? Infinity,
        checkDeadline(state, config),
      );
  }
}

/**
 * Judges at a deadline. After a late timer it postpones the judgement, since
 * data may have arrived that is not read yet.
 */
export function judge(
  state: Heartbeat,
  now: number,
  config: Config,
): Judgement {
  const { mode } = state;
  const late = now - heartbeatDeadline(state, config);
  if (late < 0) return { kind: "alive", heartbeat: state };
  if (mode.kind === "settling") {
    const awake: Heartbeat = { ...state, mode: JUDGING };
    return mode.next === "probe"
      ? judgeAfterSleep(awake, now, config)
      : judgeNow(awake, now, config);
  }
  if (mode.kind === "stalled") {
    const restarted = restartTimeouts(state, now, config);
    return {
      kind: "alive",
      heartbeat: startSettling(restarted, now, "judge"),
    };
  }
  if (late >= SUSPENSION_TOLERANCE) {
    return { kind: "alive", heartbeat: settling(state, now) };
  }
  const judgement = judgeNow(state, now, config);
  if (judgement.kind !== "dead" || late <= LATENESS_TOLERANCE) return judgement;
  return { kind: "alive", heartbeat: startSettling(state, now, "judge") };
}

/**
 * Judges at a deadline while what was sent has not left. In Firefox and Safari
 * a worker's socket passes through the main thread of its page, which may be
 * blocked: then nothing is sent and nothing arrives, and the peer may be alive.
 * So a timeout starts again once all has left, at most {@linkcode STALL_LIMIT}
 * after the stall was first seen.
 */
export function judgeStalled(
  state: Heartbeat,
  now: number,
  config: Config,
): Judgement {
  const { mode, heardAt, stalledAt, output } = state;
  const judgement = mode.kind === "stalled" && now >= mode.until
    ? judgeNow({ ...state, mode: JUDGING }, now, config)
    : judge(state, now, config);
  if (judgement.kind !== "dead" || output === "direct") return judgement;
  const since = stalledAt > heardAt ? stalledAt : now;
  if (now - since >= STALL_LIMIT) return judgement;
  const until = now + SETTLING_TIME;
  return {
    kind: "alive",
    heartbeat: { ...state, stalledAt: since, mode: { kind: "stalled", until } },
  };
}

/**
 * Restarts the timeout of each ping that was sent after the last stall ended.
 * Earlier pings had already left. A browser with too little processor time stalls
 * again and again, and would otherwise excuse a dead peer for long.
 */
function restartTimeouts(
  state: Heartbeat,
  now: number,
  { probeTimeout }: Config,
): Heartbeat {
  const { probe, heardAt, excusedAt, flowedAt } = state;
  return {
    ...state,
    flowedAt: now,
    excusedAt: flowedAt > heardAt ? excusedAt : now,
    pings: state.pings.map((ping) =>
      ping.sentAt > flowedAt ? { ...ping, sentAt: now } : ping
    ),
    probe: probe && probe.sentAt > flowedAt
      ? { ...probe, sentAt: now, deadline: now + probeTimeout }
      : probe,
  };
}

/**
 * Judges once the data that arrived during a sleep is read: by a probe, where
 * one can be sent.
 *
 * Silence is excused only once. Otherwise a dead connection would stay, if
 * wake-ups come faster than `probeTimeout` or timers are always late.
 */
function judgeAfterSleep(
  state: Heartbeat,
  now: number,
  config: Config,
): Judgement {
  const { heardAt, excusedAt, probeMethod } = state;
  if (heardAt <= excusedAt) return judgeNow(state, now, config);
  const excused: Heartbeat = { ...state, excusedAt: now };
  if (probeMethod === "silence") {
    // An excuse that does not extend the deadline is saved for a later sleep.
    const extended = idleDeadline(excused, config) >
      idleDeadline(state, config);
    return { kind: "alive", heartbeat: extended ? excused : state };
  }
  const requests = state.probe?.requests ?? [];
  const next = probe({ ...excused, pings: [] }, now, { config, requests });
  return { kind: "ping", heartbeat: next };
}

/** Sends a ping that is due only if no deadline has passed. */
function judgeNow(state: Heartbeat, now: number, config: Config): Judgement {
  const failure = failureOf(state, now, config);
  if (failure !== undefined) return { kind: "dead", failure };
  const { probe } = state;
  if (probe !== undefined && now >= probe.deadline) {
    const excused = { ...state, probe: undefined };
    return { kind: "excused", heartbeat: excused, probe };
  }
  if (now < Math.min(state.nextPingAt, checkDeadline(state, config))) {
    return { kind: "alive", heartbeat: state };
  }
  return { kind: "ping", heartbeat: withPing(state, now, config) };
}

function failureOf(
  state: Heartbeat,
  now: number,
  config: Config,
): Failure | undefined {
  const { probe, heardAt } = state;
  const { heartbeat, idleTimeout, probeTimeout } = config;
  if (
    probe !== undefined && now >= probe.deadline && heardAt <= probe.sentAt
  ) {
    return { type: "heartbeat", kind: "probe", timeout: probeTimeout };
  }
  if (
    heartbeat !== undefined && now >= pingDeadline(state, config)
  ) {
    return { type: "heartbeat", kind: "ping", timeout: heartbeat.timeout };
  }
  if (now >= idleDeadline(state, config)) {
    return { type: "heartbeat", kind: "idle", timeout: idleTimeout };
  }
  return undefined;
}

/**
 * When to send one more ping before the peer counts as dead. It tests our output,
 * not the peer: the ping before may have left, and its answer may wait where
 * {@linkcode judgeStalled} says.
 */
function checkDeadline(state: Heartbeat, config: Config): number {
  const { output, probeMethod, pings, probe } = state;
  if (output === "direct" || probeMethod === "silence") return Infinity;
  const deadline = Math.min(
    pingDeadline(state, config),
    idleDeadline(state, config),
    probe?.deadline ?? Infinity,
  );
  const checkAt = deadline - SETTLING_TIME;
  const lastSentAt = pings.at(-1)?.sentAt ?? -Infinity;
  return lastSentAt < checkAt ? checkAt : Infinity;
}

/** Counted from the oldest ping after which nothing at all has arrived. */
function pingDeadline({ pings, heardAt }: Heartbeat, config: Config): number {
  const unanswered = pings.find(({ sentAt }) => sentAt >= heardAt);
  if (unanswered === undefined) return Infinity;
  return unanswered.sentAt + (config.heartbeat?.timeout ?? Infinity);
}

/** After an excuse, a peer has as much time as a probe would give it. */
function idleDeadline(
  { heardAt, excusedAt }: Heartbeat,
  { idleTimeout, probeTimeout }: Config,
): number {
  // -Infinity + Infinity is NaN.
  if (idleTimeout === Infinity) return Infinity;
  const excused = excusedAt + Math.min(idleTimeout, probeTimeout);
  return Math.max(heardAt + idleTimeout, excused);
}
