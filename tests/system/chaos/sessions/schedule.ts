/**
 * What shall happen to a session, made from a seed. This file knows no clock and
 * no socket, so a seed always gives the same schedule.
 *
 * @module
 */

import type { Random } from "../schedule/random.ts";
import {
  drawDelay,
  drawDirection,
  drawDirections,
  drawHold,
  drawThreadFault,
  drawThrottle,
  makeSteps,
  onClient,
  onProxy,
  onServer,
  type ScheduleOptions,
  type Step,
  type Strikes,
  type ThreadChances,
  type Threads,
} from "../schedule/strikes.ts";
import {
  makeNodesFault,
  type Persistence,
  type RedisFault,
} from "./nodes/faults.ts";
import type { Handling } from "./payloads.ts";

/** What can be done to the server's process and its file. */
export type ServerFault =
  /** SIGKILL, and a new process on the file. */
  | { readonly type: "kill" }
  /** SIGSTOP for so many milliseconds. */
  | { readonly type: "stop"; readonly milliseconds: number }
  /** Clients are sent away, then a new process takes over. */
  | { readonly type: "drain" }
  /** The application ends the session. */
  | { readonly type: "end-session" }
  /** SIGKILL, and the file is gone. */
  | { readonly type: "wipe" }
  /** Keeps a copy of the file. */
  | { readonly type: "snapshot" }
  /** SIGKILL, and the file is the last copy; without one, as `kill`. */
  | { readonly type: "roll-back" }
  /** All connections go to the other node. */
  | { readonly type: "move" }
  | { readonly type: "redis"; readonly fault: RedisFault };

/** What keeps the sessions: a file, or Redis with this persistence. */
export type StoreName = "sqlite" | Persistence;

/** Messages both ways. */
export interface Traffic {
  readonly messages: number;
  readonly pushes: number;
  /** The size of each, in bytes. */
  readonly size: number;
  readonly handling: Handling;
}

/** A step of this lab. */
export type SessionStep = Step<Traffic, ServerFault>;

/** Answers that are retried, as far as they are answers. */
const ANSWERS = [
  "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "SSH-2.0-OpenSSH_9.9\r\n",
] as const;

/** The parts of the steps that strike twice, the server, and nodes or Redis. */
const PAIRS = 0.3;
const SERVERS = 0.06;
const NODES = 0.4;
/** Faults of threads. */
const THREADS: ThreadChances = { kills: 0.05, blocks: 0.06, loops: 0.05 };
/** The part of the steps whose faults last long. */
const LONGS = 0.2;

/**
 * Makes a schedule.
 *
 * @param options Seed, length and kind.
 * @param store What keeps the sessions.
 * @returns The steps, in order.
 */
export function makeSchedule(
  { seed, faults, threads = "none" }: ScheduleOptions,
  store: StoreName = "sqlite",
): readonly SessionStep[] {
  return makeSteps(
    { seed, faults },
    (random) => makeStep(random, threads, store),
  );
}

function makeStep(
  random: Random,
  threads: Threads,
  store: StoreName,
): SessionStep {
  const before = makeTraffic(random);
  const strikes = makeStrikes(random);
  const threaded = drawThreadFault(random, threads, THREADS);
  const server = makeServiceStrike(random, store);
  // Most often within the resume or the replay that the first one led to.
  const second = random.next() < PAIRS ? makeCut(random) : [];
  return {
    before,
    strikes: [...strikes, ...threaded, ...server, ...second],
    during: makeTraffic(random),
    hold: drawHold(random, LONGS),
  };
}

function makeTraffic(random: Random): Traffic {
  const burst = random.next() < 0.1 ? 40 : 6;
  return {
    messages: random.integer(0, burst),
    pushes: random.integer(0, burst),
    size: random.pick([0, 10, 100, 1_000, 10_000]),
    handling: makeHandling(random),
  };
}

function makeHandling(random: Random): Handling {
  const chance = random.next();
  if (chance < 0.6) return { kind: "now" };
  if (chance < 0.65) return { kind: "throw" };
  // Longer than the server waits for a handler when a session moves, at times.
  const most = chance < 0.67 ? 250 : 10;
  return { kind: "later", milliseconds: random.integer(0, most) };
}

function makeStrikes(random: Random): Strikes<never> {
  const make = random.pick<() => Strikes<never>>([
    () => onProxy({ type: "refuse" }, { type: "reset" }),
    () => onProxy({ type: "reset" }),
    () => onProxy({ type: "half-close", direction: drawDirection(random) }),
    () => onProxy({ type: "blackhole", direction: drawDirections(random) }),
    () => makeDelay(random),
    () => drawThrottle(random, [3_000, 30_000, 300_000]),
    () => makeCut(random),
    () => makeCut(random),
    () => makeCut(random),
    () => makeAnswer(random),
    // Half-open: the client knows that its connection is gone, the server does not.
    () => [
      ...onProxy({ type: "hold-close" }),
      ...onClient({ type: "reconnect" }),
    ],
    () => onClient({ type: "reconnect" }),
  ]);
  return make();
}

function makeAnswer(random: Random): Strikes<never> {
  const bytes = random.pick(ANSWERS);
  return onProxy({ type: "answer", bytes }, { type: "reset" });
}

function makeServiceStrike(
  random: Random,
  store: StoreName,
): readonly SessionStep["strikes"][number][] {
  const chance = random.next();
  if (store === "sqlite") {
    return chance < SERVERS ? makeServerStrike(random) : [];
  }
  return chance < NODES ? onServer(makeNodesFault(random, store)) : [];
}

function makeServerStrike(random: Random): Strikes<ServerFault> {
  const milliseconds = random.integer(50, 600);
  return random.pick<() => Strikes<ServerFault>>([
    () => onServer({ type: "kill" }),
    () => onServer({ type: "kill" }),
    () => onServer({ type: "stop", milliseconds }),
    () => onServer({ type: "stop", milliseconds }),
    () => onServer({ type: "drain" }),
    () => onServer({ type: "end-session" }),
    () => onServer({ type: "end-session" }),
    () => onServer({ type: "wipe" }),
    () => onServer({ type: "snapshot" }),
    () => onServer({ type: "snapshot" }),
    () => onServer({ type: "roll-back" }),
  ])();
}

function makeDelay(random: Random): Strikes<never> {
  // Now and then, bytes come after the connection was given up.
  return drawDelay(random, random.next() < 0.2 ? 900 : 100);
}

function makeCut(random: Random): Strikes<never> {
  return onProxy({
    type: "cut",
    direction: drawDirection(random),
    after: random.integer(1, random.pick([10, 300, 1_000, 10_000])),
    with: random.pick(["fin", "rst"] as const),
  });
}
