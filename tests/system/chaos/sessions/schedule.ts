/**
 * What shall happen to a session, made from a seed. This file knows no clock and
 * no socket, so a seed always gives the same schedule.
 *
 * @module
 */

import type { Fault } from "../../servers/tcp_proxy.ts";
import { type Random, randomFrom } from "../random.ts";
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
  | { readonly type: "roll-back" };

/** What the application does, or what is done to its threads. */
export type ClientFault =
  | { readonly type: "reconnect" }
  /** Blocks the main thread. */
  | { readonly type: "block"; readonly milliseconds: number }
  /** Has the worker die of an exception, or hang in a loop. */
  | { readonly type: "kill-worker"; readonly by: "exception" | "loop" };

/** A fault and who brings it about. */
export type Strike =
  | { readonly on: "proxy"; readonly fault: Fault }
  | { readonly on: "server"; readonly fault: ServerFault }
  | { readonly on: "client"; readonly fault: ClientFault };

/** Messages both ways. */
export interface Traffic {
  readonly messages: number;
  readonly pushes: number;
  /** The size of each, in bytes. */
  readonly size: number;
  readonly handling: Handling;
}

/** Faults that strike together, with traffic around them, until all is well again. */
export interface SessionStep {
  readonly before: Traffic;
  readonly strikes: readonly [Strike, ...Strike[]];
  readonly during: Traffic;
  /** How long the faults last, in milliseconds. */
  readonly hold: number;
}

/** How a schedule is made. */
export interface ScheduleOptions {
  readonly seed: number;
  /** How many faults it has at least. */
  readonly faults: number;
  readonly threads: "none" | "blocked" | "killed";
}

/** Answers that are retried, as far as they are answers. */
const ANSWERS = [
  "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "SSH-2.0-OpenSSH_9.9\r\n",
] as const;

/** The parts of the steps that strike twice, the server, the worker, the main thread. */
const PAIRS = 0.3;
const SERVERS = 0.06;
const KILLS = 0.05;
const BLOCKS = 0.06;
/** The part of the dying workers that hang in a loop: each takes seconds. */
const LOOPS = 0.05;

/**
 * Makes a schedule.
 *
 * @param options Seed, length and kind.
 * @returns The steps, in order.
 */
export function makeSchedule(
  { seed, faults, threads }: ScheduleOptions,
): readonly SessionStep[] {
  const random = randomFrom(seed);
  const steps: SessionStep[] = [];
  for (let count = 0; count < faults;) {
    const step = makeStep(random, threads);
    steps.push(step);
    count += step.strikes.length;
  }
  return steps;
}

/** Counts the faults of a schedule. */
export function countFaults(steps: readonly SessionStep[]): number {
  return steps.reduce((sum, { strikes }) => sum + strikes.length, 0);
}

function makeStep(
  random: Random,
  threads: ScheduleOptions["threads"],
): SessionStep {
  const before = makeTraffic(random);
  const strikes = makeStrikes(random);
  const threaded = makeThreadStrike(random, threads);
  const onServer = random.next() < SERVERS ? makeServerStrike(random) : [];
  // Most often within the resume or the replay that the first one led to.
  const second = random.next() < PAIRS ? makeCut(random) : [];
  return {
    before,
    strikes: [...strikes, ...threaded, ...onServer, ...second],
    during: makeTraffic(random),
    hold: makeHold(random),
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

/** Long enough, now and then, for a heartbeat or an attempt to time out. */
function makeHold(random: Random): number {
  return random.next() < 0.2 ? random.integer(100, 400) : random.integer(0, 30);
}

function makeStrikes(random: Random): [Strike, ...Strike[]] {
  const make = random.pick([
    () => proxy({ type: "refuse" }, { type: "reset" }),
    () => proxy({ type: "reset" }),
    () => proxy({ type: "half-close", direction: direction(random) }),
    () => proxy({ type: "blackhole", direction: directions(random) }),
    () => makeDelay(random),
    () => makeThrottle(random),
    () => makeCut(random),
    () => makeCut(random),
    () => makeCut(random),
    () => proxy({ type: "answer", bytes: random.pick(ANSWERS) }, reset()),
    // Half-open: the client knows that its connection is gone, the server does not.
    () => [...proxy({ type: "hold-close" }), ...client({ type: "reconnect" })],
    () => client({ type: "reconnect" }),
  ]);
  const [first, ...rest] = make();
  return [first!, ...rest];
}

function makeServerStrike(random: Random): readonly Strike[] {
  const milliseconds = random.integer(50, 600);
  return random.pick([
    () => server({ type: "kill" }),
    () => server({ type: "kill" }),
    () => server({ type: "stop", milliseconds }),
    () => server({ type: "stop", milliseconds }),
    () => server({ type: "drain" }),
    () => server({ type: "end-session" }),
    () => server({ type: "end-session" }),
    () => server({ type: "wipe" }),
    () => server({ type: "snapshot" }),
    () => server({ type: "snapshot" }),
    () => server({ type: "roll-back" }),
  ])();
}

function makeThreadStrike(
  random: Random,
  threads: ScheduleOptions["threads"],
): readonly Strike[] {
  const chance = random.next();
  const milliseconds = random.integer(20, 300);
  const by = random.next() < LOOPS ? "loop" : "exception";
  if (threads === "none") return [];
  if (threads === "killed" && chance < KILLS) {
    return client({ type: "kill-worker", by });
  }
  return chance < KILLS + BLOCKS ? client({ type: "block", milliseconds }) : [];
}

function makeDelay(random: Random): Strike[] {
  // Now and then, bytes come after the connection was given up.
  const milliseconds = random.integer(5, random.next() < 0.2 ? 900 : 100);
  return proxy({ type: "delay", direction: directions(random), milliseconds });
}

function makeThrottle(random: Random): Strike[] {
  const bytesPerSecond = random.pick([3_000, 30_000, 300_000]);
  const where = directions(random);
  return proxy({ type: "throttle", direction: where, bytesPerSecond });
}

function makeCut(random: Random): Strike[] {
  return proxy({
    type: "cut",
    direction: direction(random),
    after: random.integer(1, random.pick([10, 300, 1_000, 10_000])),
    with: random.pick(["fin", "rst"] as const),
  });
}

function direction(random: Random): "up" | "down" {
  return random.pick(["up", "down"]);
}

function directions(random: Random): "up" | "down" | "both" {
  return random.pick(["up", "down", "both"]);
}

function reset(): Fault {
  return { type: "reset" };
}

function proxy(...faults: readonly Fault[]): Strike[] {
  return faults.map((fault) => ({ on: "proxy", fault }));
}

function server(fault: ServerFault): Strike[] {
  return [{ on: "server", fault }];
}

function client(fault: ClientFault): Strike[] {
  return [{ on: "client", fault }];
}
