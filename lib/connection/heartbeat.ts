/**
 * What is known about the peer of an open connection; `judgement.ts` judges it.
 *
 * This file knows no clock: instants are arguments, deadlines are data.
 *
 * @module
 */

import type { Config } from "./config/config.ts";

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
  }
  /** Nothing yet: what was sent has not left. */
  | { readonly kind: "stalled"; readonly until: number };

/** What is known about the peer. */
export interface Heartbeat {
  /** `silence`: there is nothing to send that the peer would answer. */
  readonly probeMethod: "pings" | "silence";
  /** `relayed`: another thread may hold back what is sent. */
  readonly output: "direct" | "relayed";
  readonly mode: Mode;
  /** When something last arrived, or when judging began. */
  readonly heardAt: number;
  /** When silence was last excused by a sleep. */
  readonly excusedAt: number;
  /** When silence was first excused by a stall, since something last arrived. */
  readonly stalledAt: number;
  /** When a stall last ended: all that was sent before has left since. */
  readonly flowedAt: number;
  readonly nextPingAt: number;
  /** Ids grow over the life of a connection. */
  readonly lastPing: number;
  /** Oldest first. */
  readonly pings: readonly Ping[];
  readonly probe?: Probe | undefined;
}

/** The result of {@linkcode answered}. */
export interface Answer {
  readonly heartbeat: Heartbeat;
  /** Milliseconds. */
  readonly latency: number;
  /** The requests whose probe it answers. */
  readonly requests: readonly number[];
}

/** How long to read before a judgement, after a sleep, a stall or a late timer, in milliseconds. */
export const SETTLING_TIME = 100;
/** How many unanswered pings are kept, however long the timeout is. */
const MAX_UNANSWERED = 1_000;

/** Silence counts. */
export const JUDGING: Mode = { kind: "judging" };
const PAUSED: Mode = { kind: "paused" };

/** The heartbeat of a connection that has just opened. */
export function newHeartbeat(
  now: number,
  { config, pings, output }: {
    readonly config: Config;
    readonly pings: "frames" | "none";
    readonly output: "direct" | "relayed";
  },
): Heartbeat {
  const probeMethod =
    pings === "frames" || config.heartbeat?.message !== undefined
      ? "pings"
      : "silence";
  const state: Heartbeat = {
    probeMethod,
    output,
    mode: JUDGING,
    heardAt: now,
    excusedAt: -Infinity,
    stalledAt: -Infinity,
    flowedAt: -Infinity,
    nextPingAt: Infinity,
    lastPing: 0,
    pings: [],
  };
  return { ...state, nextPingAt: nextPingAfter(state, now, config) };
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
    case "stalled":
      return startSettling(state, now, "probe");
    case "settling":
      return mode.next === "probe"
        ? state
        : { ...state, mode: { ...mode, next: "probe" } };
  }
}

/** Reads what has arrived, and decides then. */
export function startSettling(
  state: Heartbeat,
  now: number,
  next: "judge" | "probe",
): Heartbeat {
  const until = now + SETTLING_TIME;
  return { ...state, mode: { kind: "settling", until, next } };
}

/** Adds a ping, and drops pings that other traffic has excused. */
export function withPing(
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
  const kept = pings.length < MAX_UNANSWERED ? pings : pings.toSpliced(1, 1);
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
