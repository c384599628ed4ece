/**
 * Whether the peer of an open connection is alive.
 *
 * This file knows no clock: instants are arguments, deadlines are data.
 * `heardAt` may lag behind, since it matters only at a deadline: callers of
 * {@linkcode judge} call {@linkcode heard} first.
 *
 * @module
 */

import type { Config } from "./config/config.ts";
import type { Failure } from "./failure.ts";
import { SUSPENSION_TOLERANCE } from "./suspension.ts";

/** A ping that has not been answered. */
export interface Ping {
  readonly id: number;
  readonly sentAt: number;
}

/** A ping with a deadline of its own, sooner than that of the heartbeat. */
export interface Probe extends Ping {
  readonly deadline: number;
  /** The requests for it; none after a wake-up. */
  readonly requests: readonly number[];
}

/** What the silence of the peer means. */
export type Mode =
  | { readonly kind: "judging" }
  /** Nothing: reading is paused. No pings are sent either. */
  | { readonly kind: "paused" }
  /** Nothing yet: what has arrived is read first, then comes a judgement or a probe. */
  | {
    readonly kind: "settling";
    readonly until: number;
    readonly next: "judge" | "probe";
  };

/** What is known about the peer. */
export interface Heartbeat {
  /** `silence`: there is nothing to send that the peer would answer. */
  readonly probeMethod: "pings" | "silence";
  readonly mode: Mode;
  /** When something last arrived, or when judging began. */
  readonly heardAt: number;
  /** When silence was last excused by a sleep. */
  readonly excusedAt: number;
  readonly nextPingAt: number;
  /** Ids grow over the life of a connection. */
  readonly lastPing: number;
  /** Oldest first. */
  readonly pings: readonly Ping[];
  readonly probe?: Probe | undefined;
}

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

/** The result of {@linkcode answered}. */
export interface Answer {
  readonly heartbeat: Heartbeat;
  /** Milliseconds. */
  readonly latency: number;
  /** The requests whose probe it answers. */
  readonly requests: readonly number[];
}

/** How long to read before a judgement, after a sleep or a late timer, in milliseconds. */
const SETTLING_TIME = 100;
/** How late a timer may be before the judgement waits for reading, in milliseconds. */
const LATENESS_TOLERANCE = 50;
/** How many unanswered pings are kept, however long the timeout is. */
const MAX_PINGS = 1_000;

const JUDGING: Mode = { kind: "judging" };
const PAUSED: Mode = { kind: "paused" };

/** The heartbeat of a connection that has just opened. */
export function newHeartbeat(
  now: number,
  options: { readonly config: Config; readonly pings: "frames" | "none" },
): Heartbeat {
  const { config, pings } = options;
  const probeMethod =
    pings === "frames" || config.heartbeat?.message !== undefined
      ? "pings"
      : "silence";
  const state: Heartbeat = {
    probeMethod,
    mode: JUDGING,
    heardAt: now,
    excusedAt: -Infinity,
    nextPingAt: Infinity,
    lastPing: 0,
    pings: [],
  };
  return { ...state, nextPingAt: nextPingAfter(state, now, config) };
}

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
      return mode.until;
    case "judging":
      return Math.min(
        state.nextPingAt,
        pingDeadline(state, config),
        idleDeadline(state, config),
        state.probe?.deadline ?? Infinity,
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
  if (late >= SUSPENSION_TOLERANCE) {
    return { kind: "alive", heartbeat: settling(state, now) };
  }
  const judgement = judgeNow(state, now, config);
  if (judgement.kind !== "dead" || late <= LATENESS_TOLERANCE) return judgement;
  return { kind: "alive", heartbeat: startSettling(state, now, "judge") };
}

/** Records that bytes have arrived. */
export function heard(state: Heartbeat, at: number): Heartbeat {
  return at > state.heardAt ? { ...state, heardAt: at } : state;
}

/** Records the answer to a ping; `undefined` if it answers no known ping. */
export function answered(
  state: Heartbeat,
  now: number,
  id: number | undefined,
): Answer | undefined {
  const { probe } = state;
  const ping = outstanding(state).find((ping) =>
    id === undefined || ping.id === id
  );
  // RFC 6455, 5.5.3: a pong that answers no ping of ours is no answer.
  if (ping === undefined) return undefined;
  // The answer to a later ping is also that of all before it (RFC 6455, 5.5.3).
  const probed = probe !== undefined && probe.id <= ping.id;
  return {
    heartbeat: {
      ...heard(state, now),
      pings: state.pings.filter(({ id }) => id > ping.id),
      probe: probed ? undefined : probe,
    },
    latency: now - ping.sentAt,
    requests: probed ? probe.requests : [],
  };
}

/** Adds a ping that decides within `probeTimeout`. */
export function probe(
  state: Heartbeat,
  now: number,
  options: { readonly config: Config; readonly requests: readonly number[] },
): Heartbeat {
  const { config, requests } = options;
  const next = withPing(state, now, config);
  const id = next.lastPing;
  return {
    ...next,
    probe: { id, sentAt: now, deadline: now + config.probeTimeout, requests },
  };
}

/** Adds a request to the probe under way. */
export function joinProbe(
  state: Heartbeat,
  probe: Probe,
  request: number,
): Heartbeat {
  const requests = [...probe.requests, request];
  return { ...state, probe: { ...probe, requests } };
}

/** Reading is paused. Pings under way are forgotten: their answers would be read late. */
export function paused(state: Heartbeat): Heartbeat {
  return { ...state, mode: PAUSED, pings: [], probe: undefined };
}

/** Reading goes on, and judging starts again. */
export function resumed(state: Heartbeat, now: number): Heartbeat {
  if (state.mode.kind !== "paused") return state;
  return {
    ...state,
    mode: JUDGING,
    heardAt: now,
    // A pause does not postpone a ping: many short pauses would postpone it for ever.
    nextPingAt: Math.max(state.nextPingAt, now),
  };
}

/** This side was asleep: reads what has arrived, then sends a probe. */
export function settling(state: Heartbeat, now: number): Heartbeat {
  const { mode } = state;
  switch (mode.kind) {
    case "paused":
      return state;
    case "judging":
      return startSettling(state, now, "probe");
    case "settling":
      return mode.next === "probe"
        ? state
        : { ...state, mode: { ...mode, next: "probe" } };
  }
}

function startSettling(
  state: Heartbeat,
  now: number,
  next: "judge" | "probe",
): Heartbeat {
  const until = now + SETTLING_TIME;
  return { ...state, mode: { kind: "settling", until, next } };
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
  if (now < state.nextPingAt) return { kind: "alive", heartbeat: state };
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

/** Adds a ping, and drops pings that other traffic has excused. */
function withPing(
  state: Heartbeat,
  now: number,
  config: Config,
): Heartbeat {
  const id = state.lastPing + 1;
  const timeout = config.heartbeat?.timeout ?? config.probeTimeout;
  const pings = state.pings.filter(({ sentAt }) =>
    sentAt >= state.heardAt || now - sentAt < timeout
  );
  // The oldest one decides, so it stays; the others only measure latencies.
  const kept = pings.length < MAX_PINGS ? pings : pings.toSpliced(1, 1);
  return {
    ...state,
    lastPing: id,
    pings: [...kept, { id, sentAt: now }],
    nextPingAt: nextPingAfter(state, now, config),
  };
}

/**
 * Pings keep their phase: a late one does not delay the next, and one that is
 * more than an interval late is skipped.
 */
function nextPingAfter(
  state: Heartbeat,
  now: number,
  config: Config,
): number {
  const { heartbeat } = config;
  if (heartbeat === undefined || state.probeMethod === "silence") {
    return Infinity;
  }
  const next = state.nextPingAt + heartbeat.interval;
  return next > now && next <= now + heartbeat.interval
    ? next
    : now + heartbeat.interval;
}

function outstanding({ pings, probe }: Heartbeat): readonly Ping[] {
  const newestFirst = [...pings].reverse();
  return probe === undefined ? newestFirst : [...newestFirst, probe];
}
