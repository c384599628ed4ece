/**
 * The delay before an attempt, for applications: all arguments are checked.
 *
 * @module
 */

import {
  type Backoff,
  DEFAULT_EXPONENTIAL_BACKOFF,
  delayBefore,
  type ExponentialBackoff,
  type SpreadBackoff,
} from "./backoff.ts";

const DEFAULT: Backoff = { strategy: "spread" };

/**
 * Computes how many milliseconds to wait before an attempt.
 *
 * The cap comes before the jitter, so that clients which have been trying for
 * long stay apart. The delay is finite and at most 2^31 - 1, however large the
 * attempt and even if a limit of the policy is `Infinity`.
 *
 * @example Looking at the delays of a policy
 * ```ts
 * import { backoffDelay } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * // The default policy spreads a fleet over 3 s, then over 15 s, and keeps it spread.
 * assertEquals([1, 2, 3, 4].map((attempt) => backoffDelay(attempt, 0.5)), [
 *   1_500,
 *   7_500,
 *   15_000,
 *   15_000,
 * ]);
 *
 * const gentle = { strategy: "exponential", maxDelay: 5_000, jitter: "none" } as const;
 * assertEquals([1, 2, 3, 4].map((attempt) => backoffDelay(attempt, 0.5, gentle)), [
 *   1_000,
 *   2_000,
 *   4_000,
 *   5_000,
 * ]);
 * ```
 *
 * @param attempt Which attempt; 1 is the first after a drop.
 * @param random A random number in [0, 1), as from `Math.random()`.
 * @param options The policy.
 * @returns The delay in milliseconds.
 * @throws {RangeError} If an argument is out of its range.
 */
export function backoffDelay(
  attempt: number,
  random: number,
  options: Backoff = DEFAULT,
): number {
  check(
    "attempt",
    attempt,
    "an integer from 1",
    Number.isInteger(attempt) && attempt >= 1,
  );
  check("random", random, "a number in [0, 1)", random >= 0 && random < 1);
  checkPolicy(options);
  return delayBefore(attempt, random, options);
}

function checkPolicy(policy: Backoff): void {
  switch (policy.strategy) {
    case "spread":
      return checkSpread(policy);
    case "exponential":
      return checkExponential(policy);
    default:
      check(
        "strategy",
        Reflect.get(policy, "strategy"),
        '"spread" or "exponential"',
        false,
      );
  }
}

function checkSpread({ fleet = 1, first = 0, cap = 0 }: SpreadBackoff): void {
  check("fleet", fleet, "a number of clients from 1", fleet >= 1);
  checkDuration("first", first);
  checkDuration("cap", cap);
}

function checkExponential(policy: ExponentialBackoff): void {
  const { initialDelay, factor, maxDelay, jitter } = {
    ...DEFAULT_EXPONENTIAL_BACKOFF,
    ...policy,
  };
  checkDuration("initialDelay", initialDelay);
  check("factor", factor, "a number from 1", factor >= 1);
  checkDuration("maxDelay", maxDelay);
  const known = jitter === "full" || jitter === "equal" || jitter === "none";
  check("jitter", jitter, '"full", "equal" or "none"', known);
}

function checkDuration(name: string, value: number): void {
  check(name, value, "a number of milliseconds from 0", value >= 0);
}

function check(
  name: string,
  value: unknown,
  wanted: string,
  valid: boolean,
): void {
  if (valid) return;
  const shown = typeof value === "string"
    ? JSON.stringify(value)
    : String(value);
  throw new RangeError(
    `Cannot compute a delay: ${name} is ${shown}, must be ${wanted}`,
  );
}
