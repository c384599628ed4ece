/**
 * What the schedules of both labs are made of: faults, who brings them about, and
 * the steps in which they strike. This file knows no clock and no socket.
 *
 * Each function says in which order it draws: a seed has to give the same schedule
 * for ever.
 *
 * @module
 */

import type { Fault } from "../../servers/tcp/tcp_proxy.ts";
import { type Random, randomFrom } from "./random.ts";

/**
 * Faults of the client's own threads: none, a blocked main thread, or a worker that
 * dies as well.
 */
export type Threads = "none" | "blocked" | "killed";

/** What the application does, or what is done to its threads. */
export type ClientFault =
  | { readonly type: "reconnect" }
  /** Blocks the main thread. */
  | { readonly type: "block"; readonly milliseconds: number }
  /** Has the worker die of an exception, or hang in a loop. */
  | { readonly type: "kill-worker"; readonly by: "exception" | "loop" };

/** A fault and who brings it about. */
export type Strike<ServerFault> =
  | { readonly on: "proxy"; readonly fault: Fault }
  | { readonly on: "server"; readonly fault: ServerFault }
  | { readonly on: "client"; readonly fault: ClientFault };

/** Faults that strike together. */
export type Strikes<ServerFault> = readonly [
  Strike<ServerFault>,
  ...Strike<ServerFault>[],
];

/** Faults that strike together, with traffic around them, until all is well again. */
export interface Step<Traffic, ServerFault> {
  readonly before: Traffic;
  readonly strikes: Strikes<ServerFault>;
  readonly during: Traffic;
  /** How long the faults last, in milliseconds. */
  readonly hold: number;
}

/** A step of any lab, as far as its faults go. */
export type AnyStep = Step<unknown, unknown>;

/** How a schedule is made. */
export interface ScheduleOptions {
  readonly seed: number;
  /** How many faults it has at least. */
  readonly faults: number;
  /** @default {"none"} */
  readonly threads?: Threads;
}

/** Parts of all steps, from 0 to 1. */
export interface ThreadChances {
  /** The part that kills the worker. */
  readonly kills: number;
  /** The part that blocks the main thread. */
  readonly blocks: number;
  /** The part of the dying workers that hang in a loop: each takes seconds. */
  readonly loops: number;
}

/**
 * Makes steps until there are enough faults.
 *
 * @param options Seed and length.
 * @param makeStep Draws one step.
 * @returns The steps, in order.
 */
export function makeSteps<S extends AnyStep>(
  { seed, faults }: Pick<ScheduleOptions, "seed" | "faults">,
  makeStep: (random: Random) => S,
): readonly S[] {
  const random = randomFrom(seed);
  const steps: S[] = [];
  for (let count = 0; count < faults;) {
    const step = makeStep(random);
    steps.push(step);
    count += step.strikes.length;
  }
  return steps;
}

/**
 * Counts the faults of a schedule.
 *
 * @param steps The schedule.
 * @returns How many there are.
 */
export function countFaults(steps: readonly AnyStep[]): number {
  return steps.reduce((sum, { strikes }) => sum + strikes.length, 0);
}

/** Faults of the network. */
export function onProxy(first: Fault, ...rest: Fault[]): Strikes<never> {
  const strike = (fault: Fault) => ({ on: "proxy", fault }) as const;
  return [strike(first), ...rest.map(strike)];
}

/** A fault of the server. */
export function onServer<ServerFault>(
  fault: ServerFault,
): Strikes<ServerFault> {
  return [{ on: "server", fault }];
}

/** A fault of the client. */
export function onClient(fault: ClientFault): Strikes<never> {
  return [{ on: "client", fault }];
}

/** Draws one direction. */
export function drawDirection(random: Random): "up" | "down" {
  return random.pick(["up", "down"]);
}

/** Draws one direction, or both. */
export function drawDirections(random: Random): "up" | "down" | "both" {
  return random.pick(["up", "down", "both"]);
}

/** Draws a time of at most `most` milliseconds by which bytes are late, then where. */
export function drawDelay(random: Random, most: number): Strikes<never> {
  const milliseconds = random.integer(5, most);
  const direction = drawDirections(random);
  return onProxy({ type: "delay", direction, milliseconds });
}

/** Draws one of these rates, in bytes per second, then where. */
export function drawThrottle(
  random: Random,
  rates: readonly [number, ...number[]],
): Strikes<never> {
  const bytesPerSecond = random.pick(rates);
  const direction = drawDirections(random);
  return onProxy({ type: "throttle", direction, bytesPerSecond });
}

/**
 * Draws how long faults last, in milliseconds.
 *
 * @param random Draws whether it is long, then how long.
 * @param longs The part of the steps that waits long enough for a heartbeat or an
 * attempt to time out.
 */
export function drawHold(random: Random, longs: number): number {
  return random.next() < longs
    ? random.integer(100, 400)
    : random.integer(0, 30);
}

/** Draws three times, whatever the threads are, and makes at most one fault of it. */
export function drawThreadFault(
  random: Random,
  threads: Threads,
  { kills, blocks, loops }: ThreadChances,
): readonly Strike<never>[] {
  const chance = random.next();
  const milliseconds = random.integer(20, 300);
  const by = random.next() < loops ? "loop" : "exception";
  if (threads === "none") return [];
  if (threads === "killed" && chance < kills) {
    return onClient({ type: "kill-worker", by });
  }
  return chance < kills + blocks
    ? onClient({ type: "block", milliseconds })
    : [];
}
