/**
 * What shall happen to a connection, made from a seed. This file knows no
 * clock and no socket, so a seed always gives the same schedule.
 *
 * @module
 */

import type { Fault } from "../servers/tcp_proxy.ts";
import { type Random, randomFrom } from "./random.ts";

/** What the numbering server can do to the connections of one lane. */
export type ServerFault =
  /** Says goodbye with this code. */
  | { readonly type: "close"; readonly closeCode: number }
  /** Drops TCP by RST. */
  | { readonly type: "drop" }
  /** Writes bytes between two frames: frames that break the rules. */
  | { readonly type: "write"; readonly bytes: readonly number[] }
  /** Reads nothing until it is cleared. */
  | { readonly type: "stop-reading" }
  /** Sends this many numbered messages at once. */
  | { readonly type: "flood"; readonly messages: number };

/** What the application does, or what is done to its threads. */
export type ClientFault =
  | { readonly type: "reconnect" }
  /** Blocks the main thread. */
  | { readonly type: "block"; readonly milliseconds: number }
  /** Has the worker die of an exception, or hang in a loop. */
  | { readonly type: "kill"; readonly by: "exception" | "loop" };

/** A fault and who brings it about. */
export type Strike =
  | { readonly on: "proxy"; readonly fault: Fault }
  | { readonly on: "server"; readonly fault: ServerFault }
  | { readonly on: "client"; readonly fault: ClientFault };

/** Messages to send, each of which is answered. */
export interface Traffic {
  readonly messages: number;
  /** The size of each, and of each answer, in bytes. */
  readonly size: number;
}

/** Faults that strike together, with traffic around them, until all is well again. */
export interface ChaosStep {
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
  /**
   * Faults of the client's own threads: none, a blocked main thread, or a
   * worker that dies as well.
   *
   * @default {"none"}
   */
  readonly threads?: "none" | "blocked" | "killed";
}

/** Received close codes that are retried. */
const RETRYABLE_CODES = [1000, 1001, 1011, 1012, 1013, 4000, 4500] as const;
/** Received close codes that are not. */
const FATAL_CODES = [1008, 4401, 4404] as const;
/** Answers that are retried, as far as they are answers. */
const ANSWERS = [
  "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\nno",
  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
  "SSH-2.0-OpenSSH_9.9\r\n",
  "HTTP/1.1 1",
  "\0\0\0\0",
] as const;
const FATAL_ANSWERS = [
  "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
] as const;
/** Frames that no server may send: a reserved bit, a lone continuation, a long ping, rubbish. */
const BAD_FRAMES: readonly [readonly number[], ...(readonly number[])[]] = [
  [0xf1, 0x01, 0x61],
  [0x80, 0x01, 0x61],
  [0x09, 0x00],
  [0x89, 0x7e, 0x00, 0x7e],
  [0x81, 0x02, 0xc3, 0x28],
  [0x88, 0x01, 0x03],
  [0x83, 0x00],
];

/** The part of the steps that gets a second fault. */
const PAIRS = 0.2;
/** The part of the steps that kills the worker, and blocks the main thread. */
const KILLS = 0.05;
const BLOCKS = 0.05;
/** The part of the dying workers that hang in a loop: each takes seconds. */
const LOOPS = 0.1;

/**
 * Makes a schedule.
 *
 * @param options Seed, length and kind.
 * @returns The steps, in order.
 */
export function makeSchedule(
  { seed, faults, threads = "none" }: ScheduleOptions,
): readonly ChaosStep[] {
  const random = randomFrom(seed);
  const steps: ChaosStep[] = [];
  for (let count = 0; count < faults;) {
    const step = makeStep(random, threads);
    steps.push(step);
    count += countFaults([step]);
  }
  return steps;
}

/**
 * Counts the faults of a schedule.
 *
 * @param steps The schedule.
 * @returns How many there are.
 */
export function countFaults(steps: readonly ChaosStep[]): number {
  return steps.reduce((sum, { strikes }) => sum + strikes.length, 0);
}

function makeStep(
  random: Random,
  threads: NonNullable<ScheduleOptions["threads"]>,
): ChaosStep {
  const before = makeTraffic(random);
  const strikes = makeStrikes(random);
  const threaded = makeThreadStrike(random, threads);
  const second = random.next() < PAIRS ? makeStrikes(random) : [];
  return {
    before,
    strikes: [...strikes, ...threaded, ...second],
    during: makeTraffic(random),
    hold: makeHold(random),
  };
}

function makeTraffic(random: Random): Traffic {
  const messages = random.integer(0, 8);
  const size = random.pick([0, 10, 100, 1_000, 20_000]);
  return { messages, size };
}

/** Long enough, now and then, for a heartbeat or an attempt to time out. */
function makeHold(random: Random): number {
  return random.next() < 0.25
    ? random.integer(100, 400)
    : random.integer(0, 30);
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
    () => makeCorruption(random),
    () => makeAnswer(random),
    () => makeHeldClose(random),
    () => server({ type: "close", closeCode: makeCloseCode(random) }),
    () => server({ type: "drop" }),
    () => server({ type: "write", bytes: random.pick(BAD_FRAMES) }),
    () => makeFlood(random),
    () => server({ type: "stop-reading" }),
    () => client({ type: "reconnect" }),
  ]);
  return make();
}

function makeThreadStrike(
  random: Random,
  threads: NonNullable<ScheduleOptions["threads"]>,
): readonly Strike[] {
  const chance = random.next();
  const milliseconds = random.integer(20, 300);
  const by = random.next() < LOOPS ? "loop" : "exception";
  if (threads === "none") return [];
  if (threads === "killed" && chance < KILLS) {
    return client({ type: "kill", by });
  }
  return chance < KILLS + BLOCKS ? client({ type: "block", milliseconds }) : [];
}

function makeDelay(random: Random): [Strike, ...Strike[]] {
  const milliseconds = random.integer(5, 120);
  return proxy({ type: "delay", direction: directions(random), milliseconds });
}

function makeThrottle(random: Random): [Strike, ...Strike[]] {
  const bytesPerSecond = random.pick([1_000, 10_000, 100_000]);
  const where = directions(random);
  return proxy({ type: "throttle", direction: where, bytesPerSecond });
}

function makeCut(random: Random): [Strike, ...Strike[]] {
  const after = random.integer(1, random.pick([10, 300, 10_000]));
  const end = random.pick(["fin", "rst"] as const);
  return proxy({
    type: "cut",
    direction: direction(random),
    after,
    with: end,
  });
}

/** Alone, or in the next handshake. */
function makeCorruption(random: Random): [Strike, ...Strike[]] {
  const where = random.next() < 0.75 ? "down" : "up";
  const after = random.integer(0, random.pick([4, 60, 300]));
  const fault = { type: "corrupt", direction: where, after } as const;
  return random.next() < 0.5 ? proxy(fault) : proxy({ type: "reset" }, fault);
}

function makeAnswer(random: Random): [Strike, ...Strike[]] {
  const bytes = random.next() < 0.1
    ? random.pick(FATAL_ANSWERS)
    : random.pick(ANSWERS);
  return proxy({ type: "answer", bytes }, { type: "reset" });
}

function makeHeldClose(random: Random): [Strike, ...Strike[]] {
  const closeCode = random.pick(RETRYABLE_CODES);
  return [
    ...proxy({ type: "hold-close" }),
    ...server({ type: "close", closeCode }),
  ];
}

function makeFlood(random: Random): [Strike, ...Strike[]] {
  const messages = random.integer(10, 500);
  return [...server({ type: "flood", messages }), ...makeCut(random)];
}

function makeCloseCode(random: Random): number {
  return random.next() < 0.1
    ? random.pick(FATAL_CODES)
    : random.pick(RETRYABLE_CODES);
}

function direction(random: Random): "up" | "down" {
  return random.pick(["up", "down"]);
}

function directions(random: Random): "up" | "down" | "both" {
  return random.pick(["up", "down", "both"]);
}

function proxy(first: Fault, ...rest: Fault[]): [Strike, ...Strike[]] {
  const strike = (fault: Fault): Strike => ({ on: "proxy", fault });
  return [strike(first), ...rest.map(strike)];
}

function server(fault: ServerFault): [Strike] {
  return [{ on: "server", fault }];
}

function client(fault: ClientFault): [Strike] {
  return [{ on: "client", fault }];
}
