/**
 * What shall happen to a connection, made from a seed. This file knows no
 * clock and no socket, so a seed always gives the same schedule.
 *
 * @module
 */

import type { Random } from "./random.ts";
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
} from "./strikes.ts";

/** What the numbering server can do to the connections of one lane. */
export type ServerFault =
  /** Sends a close frame with this code. */
  | { readonly type: "close"; readonly closeCode: number }
  /** Drops TCP by RST. */
  | { readonly type: "drop" }
  /** Writes bytes between two frames: frames that break the rules. */
  | { readonly type: "write"; readonly bytes: readonly number[] }
  /** Reads nothing until it is cleared. */
  | { readonly type: "stop-reading" }
  /** Sends this many numbered messages at once. */
  | { readonly type: "flood"; readonly messages: number };

/** Messages to send, each of which is answered. */
export interface Traffic {
  readonly messages: number;
  /** The size of each, and of each answer, in bytes. */
  readonly size: number;
}

/** A step of this lab. */
export type ChaosStep = Step<Traffic, ServerFault>;

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
/** Faults of threads. */
const THREADS: ThreadChances = { kills: 0.05, blocks: 0.05, loops: 0.1 };
/** The part of the steps whose faults last long. */
const LONGS = 0.25;

/**
 * Makes a schedule.
 *
 * @param options Seed, length and kind.
 * @returns The steps, in order.
 */
export function makeSchedule(
  { seed, faults, threads = "none" }: ScheduleOptions,
): readonly ChaosStep[] {
  return makeSteps({ seed, faults }, (random) => makeStep(random, threads));
}

function makeStep(random: Random, threads: Threads): ChaosStep {
  const before = makeTraffic(random);
  const strikes = makeStrikes(random);
  const threaded = drawThreadFault(random, threads, THREADS);
  const second = random.next() < PAIRS ? makeStrikes(random) : [];
  return {
    before,
    strikes: [...strikes, ...threaded, ...second],
    during: makeTraffic(random),
    hold: drawHold(random, LONGS),
  };
}

function makeTraffic(random: Random): Traffic {
  const messages = random.integer(0, 8);
  const size = random.pick([0, 10, 100, 1_000, 20_000]);
  return { messages, size };
}

function makeStrikes(random: Random): Strikes<ServerFault> {
  const make = random.pick<() => Strikes<ServerFault>>([
    () => onProxy({ type: "refuse" }, { type: "reset" }),
    () => onProxy({ type: "reset" }),
    () => onProxy({ type: "half-close", direction: drawDirection(random) }),
    () => onProxy({ type: "blackhole", direction: drawDirections(random) }),
    () => drawDelay(random, 120),
    () => drawThrottle(random, [1_000, 10_000, 100_000]),
    () => makeCut(random),
    () => makeCut(random),
    () => makeCorruption(random),
    () => makeAnswer(random),
    () => makeHeldClose(random),
    () => onServer({ type: "close", closeCode: makeCloseCode(random) }),
    () => onServer({ type: "drop" }),
    () => onServer({ type: "write", bytes: random.pick(BAD_FRAMES) }),
    () => makeFlood(random),
    () => onServer({ type: "stop-reading" }),
    () => onClient({ type: "reconnect" }),
  ]);
  return make();
}

function makeCut(random: Random): Strikes<never> {
  const after = random.integer(1, random.pick([10, 300, 10_000]));
  const end = random.pick(["fin", "rst"] as const);
  return onProxy({
    type: "cut",
    direction: drawDirection(random),
    after,
    with: end,
  });
}

/** Alone, or in the next handshake. */
function makeCorruption(random: Random): Strikes<never> {
  const where = random.next() < 0.75 ? "down" : "up";
  const after = random.integer(0, random.pick([4, 60, 300]));
  const fault = { type: "corrupt", direction: where, after } as const;
  return random.next() < 0.5
    ? onProxy(fault)
    : onProxy({ type: "reset" }, fault);
}

function makeAnswer(random: Random): Strikes<never> {
  const bytes = random.next() < 0.1
    ? random.pick(FATAL_ANSWERS)
    : random.pick(ANSWERS);
  return onProxy({ type: "answer", bytes }, { type: "reset" });
}

function makeHeldClose(random: Random): Strikes<ServerFault> {
  const closeCode = random.pick(RETRYABLE_CODES);
  return [
    ...onProxy({ type: "hold-close" }),
    ...onServer<ServerFault>({ type: "close", closeCode }),
  ];
}

function makeFlood(random: Random): Strikes<ServerFault> {
  const messages = random.integer(10, 500);
  return [
    ...onServer<ServerFault>({ type: "flood", messages }),
    ...makeCut(random),
  ];
}

function makeCloseCode(random: Random): number {
  return random.next() < 0.1
    ? random.pick(FATAL_CODES)
    : random.pick(RETRYABLE_CODES);
}
