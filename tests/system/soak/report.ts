/**
 * What a long run reports, and how it is judged.
 *
 * @module
 */

import { afterWarmUp, growthOf, type Point } from "./slope.ts";
import type { Balance } from "./tally.ts";

/** How a run is made. */
export interface SoakPlan {
  readonly reconnects: number;
  /** At least so many arrive, both ways together. */
  readonly messages: number;
  /** So many are under way when a connection is lost, at the most twice. */
  readonly around: number;
  /** How messages are read: as events, or pulled, with pauses. */
  readonly reader: "events" | "iterator";
  /** Every how many losses the client is closed, and a new one made. */
  readonly closeEvery: number;
  /** The part of the losses before which the main thread is blocked. */
  readonly pauses: number;
}

/** What the process held at a moment; sizes in bytes. */
export interface Sample {
  readonly reconnects: number;
  readonly mainHeap: number;
  readonly workerHeap: number;
  readonly rss: number;
  readonly mainTimers: number;
  readonly workerTimers: number;
  readonly listeners: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly stackDepth: number;
}

/** What a run tells of itself. */
export interface Report {
  readonly seconds: number;
  /** Per transport. */
  readonly balances: readonly Balance[];
  readonly samples: readonly Sample[];
  /** Rejections that nobody handled. */
  readonly rejections: number;
  /** What was there when all was closed. */
  readonly left: {
    readonly timers: number;
    readonly listeners: number;
    readonly threads: number;
  };
}

/** What came of a flood while the main thread was blocked. */
export interface FloodReport {
  readonly messages: number;
  readonly received: number;
  /** Messages that came with another number than was expected. */
  readonly disordered: number;
  /** Messages that had reached this thread when it was free again. */
  readonly arrivedBlocked: number;
  /** The resident memory more than before: while blocked, and at its highest. */
  readonly blockedMiB: number;
  readonly peakMiB: number;
  readonly disconnects: number;
}

/** How one figure went. */
export interface Trend {
  readonly name: Measure;
  /** Where the line begins, after the warm-up. */
  readonly first: number;
  readonly last: number;
  /** How much the line through all samples grows. */
  readonly growth: number;
  /** How much it may grow. */
  readonly allowed: number;
}

/** A figure that must stay flat. */
export type Measure = Exclude<keyof Sample, "reconnects">;

const MEBIBYTE = 2 ** 20;
/**
 * How much each line may grow. A leak of one thing per reconnect would be as
 * much as there were reconnects; memory moves by a few MiB of its own.
 */
const ALLOWED: Readonly<Record<Measure, number>> = {
  mainHeap: 2 * MEBIBYTE,
  workerHeap: 2 * MEBIBYTE,
  rss: 48 * MEBIBYTE,
  mainTimers: 2,
  workerTimers: 2,
  listeners: 0.5,
  descriptors: 4,
  threads: 1,
  stackDepth: 0.5,
};

/**
 * Fits a line through each figure.
 *
 * @param samples The samples, in order.
 * @returns The figures, by name.
 */
export function trendsOf(samples: readonly Sample[]): readonly Trend[] {
  // The keys of `ALLOWED`, and no others: TypeScript cannot know.
  const names = Object.keys(ALLOWED) as readonly Measure[];
  return names.map((name) => {
    const points = afterWarmUp(
      samples.map((sample): Point => [sample.reconnects, sample[name]]),
    );
    return {
      name,
      first: points.at(0)?.[1] ?? NaN,
      last: points.at(-1)?.[1] ?? NaN,
      growth: growthOf(points),
      allowed: ALLOWED[name],
    };
  });
}

/**
 * Judges a run.
 *
 * @param report What it reported.
 * @returns What is wrong, in words; nothing if all is well.
 */
export function judge(report: Report): readonly string[] {
  const faults = report.balances.flatMap(judgeBalance);
  for (const { name, growth, allowed } of trendsOf(report.samples)) {
    if (growth > allowed) faults.push(`${name} grows by ${growth}`);
  }
  if (report.rejections > 0) faults.push("Rejections that nobody handled");
  return faults;
}

function judgeBalance(balance: Balance): readonly string[] {
  const { lostInSilence, disordered, lostOnTheWire } = balance;
  const faults: string[] = [];
  if (lostInSilence > 0) faults.push(`${lostInSilence} lost in silence`);
  if (disordered > 0) faults.push(`${disordered} repeated or out of order`);
  if (lostOnTheWire < 0) faults.push("More arrived than was sent");
  return faults;
}
