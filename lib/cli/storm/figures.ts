/**
 * The figures of a simulation.
 *
 * @module
 */

import type { Counts } from "./recorder.ts";
import { type Scenario, WINDOW } from "./scenario.ts";

/** The figures of one simulation, or the medians of some. */
export interface Figures {
  /** The most attempts in one window of 100 ms. */
  readonly peakAttempts: number;
  /** The most successful ones in one window of 100 ms. */
  readonly peakOpenings: number;
  /** Milliseconds until half of the lost connections were back. */
  readonly p50: number;
  /** Milliseconds until 99 % of the lost connections were back. */
  readonly p99: number;
  /** Attempts per lost connection. */
  readonly attemptsEach: number;
  /**
   * Peak openings × p99 in windows / clients: no policy can have less than 1. It
   * is meaningful where all clients are lost once, and only together with the
   * peak: a fleet that comes back in one instant has 1 as well.
   */
  readonly distance: number;
}

/** Computes the figures of one simulation. */
export function figuresOf(scenario: Scenario, counts: Counts): Figures {
  const { attempts, openings, recoveries } = counts;
  const peakOpenings = max(openings);
  const p99 = quantile(recoveries, 0.99);
  return {
    peakAttempts: max(attempts),
    peakOpenings,
    p50: quantile(recoveries, 0.5),
    p99,
    attemptsEach: attempts.reduce((sum, each) => sum + each, 0) /
      recoveries.length,
    distance: peakOpenings * Math.max(p99 / WINDOW, 1) / scenario.clients,
  };
}

/** Computes the median of each figure. */
export function medians(runs: readonly Figures[]): Figures {
  const of = (name: keyof Figures) => median(runs.map((run) => run[name]));
  return {
    peakAttempts: of("peakAttempts"),
    peakOpenings: of("peakOpenings"),
    p50: of("p50"),
    p99: of("p99"),
    attemptsEach: of("attemptsEach"),
    distance: of("distance"),
  };
}

/** The largest of many. */
export function max(values: Uint32Array): number {
  return values.reduce((most, each) => Math.max(most, each), 0);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [Math.floor(middle), Math.ceil(middle)];
  return low === high ? sorted[low] ?? NaN : (sorted[low]! + sorted[high]!) / 2;
}

/** Gives the smallest value that is not exceeded by this part of all values. */
function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}
