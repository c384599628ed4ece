/**
 * Whether the peer of an open connection is alive.
 *
 * This file knows no clock: instants come as arguments, deadlines are data.
 * `heardAt` may be told late, since it matters only when a deadline is due;
 * whoever calls {@linkcode judge} tells {@linkcode heard} first.
 *
 * @module
 */

import type { Config } from "./config.ts";
import type { Failure } from "./failure.ts";
import { SUSPENSION_TOLERANCE } from "./suspension.ts";

/** A ping that has not been answered. */
export interface Ping {
  readonly id: number;
  readonly sentAt: number;
}

/** A ping that decides on its own, sooner than the heartbeat would. */
export interface Probe extends Ping {
  readonly deadline: number;
  /** Who asked for it; none after a wake-up. */
  readonly requests: readonly number[];
}

/** What the peer's silence says. */
export type Mode =
  | { readonly kind: "judging" }
  /** Nothing is read, so it says nothing; and nothing is sent to be answered. */
  | { readonly kind: "paused" }
  /** What has arrived is being read; only then comes a judgement or a probe. */
  | {
    readonly kind: "settling";
    readonly until: number;
    readonly next: "judge" | "probe";
  };

/** What is known of the peer. */
export interface Heartbeat {
  /** Whether there is anything that the peer would answer. */
  readonly probeMethod: "pings" | "silence";
  readonly mode: Mode;
  /** When something last arrived, or judging began. */
  readonly heardAt: number;
  /** When a sleep last excused silence. */
  readonly excusedAt: number;
  readonly nextPingAt: number;
  /** Ids grow over the life of a connection. */
  readonly lastPing: number;
  /** Oldest first. */
  readonly pings: readonly Ping[];
  readonly probe?: Probe | undefined;
}

/** What {@linkcode judge} found. */
export type Judgement =
  | { readonly kind: "alive"; readonly heartbeat: Heartbeat }
  /** The probe got no answer of its own, but something else was heard since. */
  | {
    readonly kind: "excused";
    readonly heartbeat: Heartbeat;
    readonly probe: Probe;
  }
  /** It is time for the ping that `heartbeat` holds as its last. */
  | { readonly kind: "ping"; readonly heartbeat: Heartbeat }
  | { readonly kind: "dead"; readonly failure: Failure };

/** What {@linkcode answered} found. */
export interface Answer {
  readonly heartbeat: Heartbeat;
  /** Milliseconds. */
  readonly latency: number;
  /** The requests whose probe it answers. */
  readonly requests: readonly number[];
}

/** How long a side that was asleep or busy may read before it judges, in milliseconds. */
const SETTLING_TIME = 100;
/** How late a judgement may come without doubts in this side, in milliseconds. */
const LATENESS_TOLERANCE = 50;
/** So many unanswered pings are remembered, however long a timeout is. */
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

/** When {@linkcode judge} has something to say. */
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
 * Decides at a deadline. A late decision is no good one: data may have arrived
 * that nobody has read yet.
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
      ? wake(awake, now, config)
      : decide(awake, now, config);
  }
  if (late >= SUSPENSION_TOLERANCE) {
    return { kind: "alive", heartbeat: settling(state, now) };
  }
  const judgement = decide(state, now, config);
  if (judgement.kind !== "dead" || late <= LATENESS_TOLERANCE) return judgement;
  return { kind: "alive", heartbeat: settle(state, now, "judge") };
}

/** Notes that bytes have arrived. */
export function heard(state: Heartbeat, at: number): Heartbeat {
  return at > state.heardAt ? { ...state, heardAt: at } : state;
}

/** Notes the answer to a ping; `undefined` where it answers none that is known. */
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

/** Sends a ping now that decides within `probeTimeout`. */
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

/** Lets a further request wait for the probe under way. */
export function joinProbe(
  state: Heartbeat,
  probe: Probe,
  request: number,
): Heartbeat {
  const requests = [...probe.requests, request];
  return { ...state, probe: { ...probe, requests } };
}

/** Nothing is read from now on. Pings under way are given up, their answers will be old. */
export function paused(state: Heartbeat): Heartbeat {
  return { ...state, mode: PAUSED, pings: [], probe: undefined };
}

/** Reading goes on; judging starts anew. */
export function resumed(state: Heartbeat, now: number): Heartbeat {
  if (state.mode.kind !== "paused") return state;
  return {
    ...state,
    mode: JUDGING,
    heardAt: now,
    // A pause does not put a ping off, or short ones in a row would do so for ever.
    nextPingAt: Math.max(state.nextPingAt, now),
  };
}

/** This side was asleep: reads what has arrived, and then asks. */
export function settling(state: Heartbeat, now: number): Heartbeat {
  const { mode } = state;
  switch (mode.kind) {
    case "paused":
      return state;
    case "judging":
      return settle(state, now, "probe");
    case "settling":
      return mode.next === "probe"
        ? state
        : { ...state, mode: { ...mode, next: "probe" } };
  }
}

function settle(
  state: Heartbeat,
  now: number,
  next: "judge" | "probe",
): Heartbeat {
  const until = now + SETTLING_TIME;
  return { ...state, mode: { kind: "settling", until, next } };
}

/**
 * What has arrived is read; a probe decides where there is one to send.
 *
 * Silence is excused once. Otherwise wake-ups that come faster than
 * `probeTimeout`, or timers that are always late, would keep a dead connection.
 */
function wake(state: Heartbeat, now: number, config: Config): Judgement {
  const { heardAt, excusedAt, probeMethod } = state;
  if (heardAt <= excusedAt) return decide(state, now, config);
  const forgiven: Heartbeat = { ...state, excusedAt: now };
  if (probeMethod === "silence") {
    // What needs no excuse keeps it.
    const extended = idleDeadline(forgiven, config) >
      idleDeadline(state, config);
    return { kind: "alive", heartbeat: extended ? forgiven : state };
  }
  const requests = state.probe?.requests ?? [];
  const next = probe({ ...forgiven, pings: [] }, now, { config, requests });
  return { kind: "ping", heartbeat: next };
}

/** A ping that is due comes only after everything is well. */
function decide(state: Heartbeat, now: number, config: Config): Judgement {
  const failure = verdict(state, now, config);
  if (failure !== undefined) return { kind: "dead", failure };
  const { probe } = state;
  if (probe !== undefined && now >= probe.deadline) {
    const excused = { ...state, probe: undefined };
    return { kind: "excused", heartbeat: excused, probe };
  }
  if (now < state.nextPingAt) return { kind: "alive", heartbeat: state };
  return { kind: "ping", heartbeat: withPing(state, now, config) };
}

function verdict(
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

/** Counted from the oldest ping since which nothing at all was heard. */
function pingDeadline({ pings, heardAt }: Heartbeat, config: Config): number {
  const unanswered = pings.find(({ sentAt }) => sentAt >= heardAt);
  if (unanswered === undefined) return Infinity;
  return unanswered.sentAt + (config.heartbeat?.timeout ?? Infinity);
}

/** A peer whose silence was excused has as long as a probe would give it. */
function idleDeadline(
  { heardAt, excusedAt }: Heartbeat,
  { idleTimeout, probeTimeout }: Config,
): number {
  // -Infinity + Infinity is NaN.
  if (idleTimeout === Infinity) return Infinity;
  const excused = excusedAt + Math.min(idleTimeout, probeTimeout);
  return Math.max(heardAt + idleTimeout, excused);
}

/** Notes a ping as sent. Those that other traffic has excused are let go. */
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
  // The oldest decides, the others only tell latencies.
  const kept = pings.length < MAX_PINGS ? pings : pings.toSpliced(1, 1);
  return {
    ...state,
    lastPing: id,
    pings: [...kept, { id, sentAt: now }],
    nextPingAt: nextPingAfter(state, now, config),
  };
}

/**
 * Beats keep their phase: a late one does not delay the next, and one that is
 * later than a whole interval is not made up for.
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
