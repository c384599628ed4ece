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
export interface Beat {
  readonly id: number;
  readonly sentAt: number;
}

/** A ping that decides on its own, sooner than the heartbeat would. */
export interface Probe extends Beat {
  readonly deadline: number;
  /** Who asked for it; none after a wake-up. */
  readonly requests: readonly number[];
}

/** What the peer's silence says. */
export type Trust =
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
export interface Liveness {
  /** Whether there is anything that the peer would answer. */
  readonly means: "beats" | "silence";
  readonly trust: Trust;
  /** When something last arrived, or judging began. */
  readonly heardAt: number;
  /** When a sleep last excused silence. */
  readonly forgivenAt: number;
  readonly nextBeatAt: number;
  /** Ids grow over the life of a connection. */
  readonly lastBeat: number;
  /** Oldest first. */
  readonly beats: readonly Beat[];
  readonly probe?: Probe | undefined;
}

/** What {@linkcode judge} found. */
export type Judgement =
  | { readonly kind: "alive"; readonly liveness: Liveness }
  /** The probe got no answer of its own, but something else was heard since. */
  | {
    readonly kind: "excused";
    readonly liveness: Liveness;
    readonly probe: Probe;
  }
  /** It is time for the ping that `liveness` holds as its last. */
  | { readonly kind: "beat"; readonly liveness: Liveness }
  | { readonly kind: "dead"; readonly failure: Failure };

/** What {@linkcode answered} found. */
export interface Answer {
  readonly liveness: Liveness;
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
const MAX_BEATS = 1_000;

const JUDGING: Trust = { kind: "judging" };
const PAUSED: Trust = { kind: "paused" };

/** The liveness of a connection that has just opened. */
export function newLiveness(
  now: number,
  options: { readonly config: Config; readonly pings: "frames" | "none" },
): Liveness {
  const { config, pings } = options;
  const means = pings === "frames" || config.heartbeat?.message !== undefined
    ? "beats"
    : "silence";
  const liveness: Liveness = {
    means,
    trust: JUDGING,
    heardAt: now,
    forgivenAt: -Infinity,
    nextBeatAt: Infinity,
    lastBeat: 0,
    beats: [],
  };
  return { ...liveness, nextBeatAt: nextBeatAfter(liveness, now, config) };
}

/** When {@linkcode judge} has something to say. */
export function livenessDeadline(liveness: Liveness, config: Config): number {
  const { trust } = liveness;
  switch (trust.kind) {
    case "paused":
      return Infinity;
    case "settling":
      return trust.until;
    case "judging":
      return Math.min(
        liveness.nextBeatAt,
        pingDeadline(liveness, config),
        idleDeadline(liveness, config),
        liveness.probe?.deadline ?? Infinity,
      );
  }
}

/**
 * Decides at a deadline. A late decision is no good one: data may have arrived
 * that nobody has read yet.
 */
export function judge(
  liveness: Liveness,
  now: number,
  config: Config,
): Judgement {
  const { trust } = liveness;
  const late = now - livenessDeadline(liveness, config);
  if (late < 0) return { kind: "alive", liveness };
  if (trust.kind === "settling") {
    const awake: Liveness = { ...liveness, trust: JUDGING };
    return trust.next === "probe"
      ? wake(awake, now, config)
      : decide(awake, now, config);
  }
  if (late >= SUSPENSION_TOLERANCE) {
    return { kind: "alive", liveness: settling(liveness, now) };
  }
  const judgement = decide(liveness, now, config);
  if (judgement.kind !== "dead" || late <= LATENESS_TOLERANCE) return judgement;
  return { kind: "alive", liveness: settle(liveness, now, "judge") };
}

/** Notes that bytes have arrived. */
export function heard(liveness: Liveness, at: number): Liveness {
  return at > liveness.heardAt ? { ...liveness, heardAt: at } : liveness;
}

/** Notes the answer to a ping; `undefined` where it answers none that is known. */
export function answered(
  liveness: Liveness,
  now: number,
  id: number | undefined,
): Answer | undefined {
  const { probe } = liveness;
  const beat = outstanding(liveness).find((beat) =>
    id === undefined || beat.id === id
  );
  // RFC 6455, 5.5.3: a pong that answers no ping of ours is no answer.
  if (beat === undefined) return undefined;
  // The answer to a later ping is also that of all before it (RFC 6455, 5.5.3).
  const probed = probe !== undefined && probe.id <= beat.id;
  return {
    liveness: {
      ...heard(liveness, now),
      beats: liveness.beats.filter(({ id }) => id > beat.id),
      probe: probed ? undefined : probe,
    },
    latency: now - beat.sentAt,
    requests: probed ? probe.requests : [],
  };
}

/** Sends a ping now that decides within `probeTimeout`. */
export function probe(
  liveness: Liveness,
  now: number,
  options: { readonly config: Config; readonly requests: readonly number[] },
): Liveness {
  const { config, requests } = options;
  const next = withBeat(liveness, now, config);
  const id = next.lastBeat;
  return {
    ...next,
    probe: { id, sentAt: now, deadline: now + config.probeTimeout, requests },
  };
}

/** Lets a further request wait for the probe under way. */
export function joinProbe(
  liveness: Liveness,
  probe: Probe,
  request: number,
): Liveness {
  const requests = [...probe.requests, request];
  return { ...liveness, probe: { ...probe, requests } };
}

/** Nothing is read from now on. Pings under way are given up, their answers will be old. */
export function paused(liveness: Liveness): Liveness {
  return { ...liveness, trust: PAUSED, beats: [], probe: undefined };
}

/** Reading goes on; judging starts anew. */
export function resumed(liveness: Liveness, now: number): Liveness {
  if (liveness.trust.kind !== "paused") return liveness;
  return {
    ...liveness,
    trust: JUDGING,
    heardAt: now,
    // A pause does not put a ping off, or short ones in a row would do so for ever.
    nextBeatAt: Math.max(liveness.nextBeatAt, now),
  };
}

/** This side was asleep: reads what has arrived, and then asks. */
export function settling(liveness: Liveness, now: number): Liveness {
  const { trust } = liveness;
  switch (trust.kind) {
    case "paused":
      return liveness;
    case "judging":
      return settle(liveness, now, "probe");
    case "settling":
      return trust.next === "probe"
        ? liveness
        : { ...liveness, trust: { ...trust, next: "probe" } };
  }
}

function settle(
  liveness: Liveness,
  now: number,
  next: "judge" | "probe",
): Liveness {
  const until = now + SETTLING_TIME;
  return { ...liveness, trust: { kind: "settling", until, next } };
}

/**
 * What has arrived is read; a probe decides where there is one to send.
 *
 * Silence is excused once. Otherwise wake-ups that come faster than
 * `probeTimeout`, or timers that are always late, would keep a dead connection.
 */
function wake(liveness: Liveness, now: number, config: Config): Judgement {
  const { heardAt, forgivenAt, means } = liveness;
  if (heardAt <= forgivenAt) return decide(liveness, now, config);
  const forgiven: Liveness = { ...liveness, forgivenAt: now };
  if (means === "silence") {
    // What needs no excuse keeps it.
    const extended = idleDeadline(forgiven, config) >
      idleDeadline(liveness, config);
    return { kind: "alive", liveness: extended ? forgiven : liveness };
  }
  const requests = liveness.probe?.requests ?? [];
  const next = probe({ ...forgiven, beats: [] }, now, { config, requests });
  return { kind: "beat", liveness: next };
}

/** A ping that is due comes only after everything is well. */
function decide(liveness: Liveness, now: number, config: Config): Judgement {
  const failure = verdict(liveness, now, config);
  if (failure !== undefined) return { kind: "dead", failure };
  const { probe } = liveness;
  if (probe !== undefined && now >= probe.deadline) {
    const excused = { ...liveness, probe: undefined };
    return { kind: "excused", liveness: excused, probe };
  }
  if (now < liveness.nextBeatAt) return { kind: "alive", liveness };
  return { kind: "beat", liveness: withBeat(liveness, now, config) };
}

function verdict(
  liveness: Liveness,
  now: number,
  config: Config,
): Failure | undefined {
  const { probe, heardAt } = liveness;
  const { heartbeat, idleTimeout, probeTimeout } = config;
  if (
    probe !== undefined && now >= probe.deadline && heardAt <= probe.sentAt
  ) {
    return { type: "heartbeat", kind: "probe", timeout: probeTimeout };
  }
  if (
    heartbeat !== undefined && now >= pingDeadline(liveness, config)
  ) {
    return { type: "heartbeat", kind: "ping", timeout: heartbeat.timeout };
  }
  if (now >= idleDeadline(liveness, config)) {
    return { type: "heartbeat", kind: "idle", timeout: idleTimeout };
  }
  return undefined;
}

/** Counted from the oldest ping since which nothing at all was heard. */
function pingDeadline({ beats, heardAt }: Liveness, config: Config): number {
  const unanswered = beats.find(({ sentAt }) => sentAt >= heardAt);
  if (unanswered === undefined) return Infinity;
  return unanswered.sentAt + (config.heartbeat?.timeout ?? Infinity);
}

/** A peer whose silence was excused has as long as a probe would give it. */
function idleDeadline(
  { heardAt, forgivenAt }: Liveness,
  { idleTimeout, probeTimeout }: Config,
): number {
  // -Infinity + Infinity is NaN.
  if (idleTimeout === Infinity) return Infinity;
  const excused = forgivenAt + Math.min(idleTimeout, probeTimeout);
  return Math.max(heardAt + idleTimeout, excused);
}

/** Notes a ping as sent. Those that other traffic has excused are let go. */
function withBeat(liveness: Liveness, now: number, config: Config): Liveness {
  const id = liveness.lastBeat + 1;
  const timeout = config.heartbeat?.timeout ?? config.probeTimeout;
  const beats = liveness.beats.filter(({ sentAt }) =>
    sentAt >= liveness.heardAt || now - sentAt < timeout
  );
  // The oldest decides, the others only tell latencies.
  const kept = beats.length < MAX_BEATS ? beats : beats.toSpliced(1, 1);
  return {
    ...liveness,
    lastBeat: id,
    beats: [...kept, { id, sentAt: now }],
    nextBeatAt: nextBeatAfter(liveness, now, config),
  };
}

/**
 * Beats keep their phase: a late one does not delay the next, and one that is
 * later than a whole interval is not made up for.
 */
function nextBeatAfter(
  liveness: Liveness,
  now: number,
  config: Config,
): number {
  const { heartbeat } = config;
  if (heartbeat === undefined || liveness.means === "silence") return Infinity;
  const next = liveness.nextBeatAt + heartbeat.interval;
  return next > now && next <= now + heartbeat.interval
    ? next
    : now + heartbeat.interval;
}

function outstanding({ beats, probe }: Liveness): readonly Beat[] {
  const newestFirst = [...beats].reverse();
  return probe === undefined ? newestFirst : [...newestFirst, probe];
}
