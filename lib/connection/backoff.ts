/**
 * How long to wait before an attempt. Pure: randomness is an argument.
 *
 * @module
 */

/**
 * The storm-safe policy: random phases first, then a steady pace. A connection
 * that is lost before it was stable goes back to the second, random delay.
 *
 * @example A steady pace of 5 s
 * ```ts
 * import { backoffDelay, type SpreadBackoff } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * const policy: SpreadBackoff = { strategy: "spread", first: 1_000, cap: 5_000 };
 * const delays = [1, 2, 3, 4].map((attempt) => backoffDelay(attempt, 0.5, policy));
 * assertEquals(delays, [500, 2_500, 5_000, 5_000]);
 * ```
 */
export interface SpreadBackoff {
  /** Selects this policy. */
  readonly strategy: "spread";
  /** The first delay is uniform in [0, `first`), in milliseconds. @default {3_000} */
  readonly first?: number;
  /** The second is uniform in [0, `cap`), each later one is `cap`. @default {15_000} */
  readonly cap?: number;
}

/**
 * Exponential growth, capped, then randomised.
 *
 * @example Tripled up to 10 s, half of it by chance
 * ```ts
 * import { backoffDelay, type ExponentialBackoff } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * const policy: ExponentialBackoff = {
 *   strategy: "exponential",
 *   factor: 3,
 *   maxDelay: 10_000,
 *   jitter: "equal",
 * };
 * const delays = [1, 2, 3, 4].map((attempt) => backoffDelay(attempt, 0, policy));
 * assertEquals(delays, [500, 1_500, 4_500, 5_000]);
 * ```
 */
export interface ExponentialBackoff {
  /** Selects this policy. */
  readonly strategy: "exponential";
  /** The delay before the first attempt, in milliseconds. @default {1_000} */
  readonly initialDelay?: number;
  /** What each further delay is multiplied by. @default {2} */
  readonly factor?: number;
  /** No delay is longer, in milliseconds. @default {60_000} */
  readonly maxDelay?: number;
  /**
   * `"full"`: uniform in [0, delay). `"equal"`: uniform in [delay / 2, delay).
   * `"none"`: the delay.
   *
   * @default {"full"}
   */
  readonly jitter?: "full" | "equal" | "none";
}

/**
 * A policy of growing delays.
 *
 * @example Another policy for a device that is alone
 * ```ts
 * import { type Backoff, backoffDelay } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * function policyFor(clients: number): Backoff {
 *   return clients > 1
 *     ? { strategy: "spread" }
 *     : { strategy: "exponential", initialDelay: 100, jitter: "none" };
 * }
 * assertEquals(backoffDelay(1, 0.9, policyFor(1)), 100);
 * assertEquals(backoffDelay(1, 0.9, policyFor(10_000)), 2_700);
 * ```
 */
export type Backoff = SpreadBackoff | ExponentialBackoff;

/** The policy that holds when none is given. */
export const DEFAULT_BACKOFF: Required<SpreadBackoff> = {
  strategy: "spread",
  first: 3_000,
  cap: 15_000,
};

/** What {@linkcode ExponentialBackoff} leaves out. */
export const DEFAULT_EXPONENTIAL_BACKOFF: Required<ExponentialBackoff> = {
  strategy: "exponential",
  initialDelay: 1_000,
  factor: 2,
  maxDelay: 60_000,
  jitter: "full",
};

/** The longest delay that a server's advice can lead to before jitter, in milliseconds. */
export const MAX_RETRY_AFTER = 600_000;

/** The longest delay that `setTimeout` does not wrap, in milliseconds. */
export const MAX_DELAY = 2 ** 31 - 1;

/** No exponential policy adds more jitter than this to a server's advice, in milliseconds. */
const MAX_ADVICE_SPAN = 15_000;

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
  options: Backoff = DEFAULT_BACKOFF,
): number {
  check(
    "attempt",
    attempt,
    "an integer from 1",
    Number.isInteger(attempt) && attempt >= 1,
  );
  check("random", random, "a number in [0, 1)", random >= 0 && random < 1);
  const { strategy } = options;
  const known = strategy === "spread" || strategy === "exponential";
  check("strategy", strategy, '"spread" or "exponential"', known);
  switch (options.strategy) {
    case "spread":
      return spreadDelay(attempt, random, options);
    case "exponential":
      return exponentialDelay(attempt, random, options);
  }
}

/**
 * Computes how many milliseconds to wait before an attempt when the server has
 * said how long: with `Retry-After` (RFC 9110, 10.2.3) or in a close reason.
 *
 * The advice is obeyed up to {@linkcode MAX_RETRY_AFTER}, and never shortens the
 * policy's own delay. Jitter comes on top, so that a fleet which was told "10"
 * does not come back as one.
 *
 * @param retryAfter What the server said, in milliseconds.
 * @param policyDelay What {@linkcode backoffDelay} says, in milliseconds.
 * @param random A random number in [0, 1).
 * @param options The policy, which sets the width of the jitter.
 * @returns The delay in milliseconds.
 */
export function retryAfterDelay(
  retryAfter: number,
  policyDelay: number,
  random: number,
  options: Backoff,
): number {
  const obeyed = retryAfter > 0 ? Math.min(retryAfter, MAX_RETRY_AFTER) : 0;
  return Math.min(
    Math.max(policyDelay, obeyed) + random * adviceSpan(options),
    MAX_DELAY,
  );
}

/**
 * Tells with which attempt a series goes on when an open connection is lost
 * before it was stable.
 *
 * Many lose theirs at the same instant, also those that had a steady pace by
 * then. It keeps clients apart that are apart, and together those that are
 * together: so the random phases come first, once more.
 *
 * @param attempt The attempt that would be next; 1 is the first after a drop.
 * @param options The policy.
 */
export function attemptAfterDrop(attempt: number, options: Backoff): number {
  return options.strategy === "spread" ? Math.min(attempt, 2) : attempt;
}

function spreadDelay(
  attempt: number,
  random: number,
  options: SpreadBackoff,
): number {
  const { first = DEFAULT_BACKOFF.first, cap = DEFAULT_BACKOFF.cap } = options;
  checkDuration("first", first);
  checkDuration("cap", cap);
  if (attempt === 1) return random * Math.min(first, MAX_DELAY);
  const steady = Math.min(cap, MAX_DELAY);
  return attempt === 2 ? random * steady : steady;
}

function exponentialDelay(
  attempt: number,
  random: number,
  options: ExponentialBackoff,
): number {
  const { initialDelay, factor, maxDelay, jitter } = {
    ...DEFAULT_EXPONENTIAL_BACKOFF,
    ...options,
  };
  checkDuration("initialDelay", initialDelay);
  check("factor", factor, "a number from 1", factor >= 1);
  checkDuration("maxDelay", maxDelay);
  const known = jitter === "full" || jitter === "equal" || jitter === "none";
  check("jitter", jitter, '"full", "equal" or "none"', known);
  // 0 * Infinity is NaN, and a late attempt makes the power Infinity.
  const grown = initialDelay === 0 ? 0 : initialDelay * factor ** (attempt - 1);
  const delay = Math.min(grown, maxDelay, MAX_DELAY);
  switch (jitter) {
    case "full":
      return random * delay;
    case "equal":
      return (delay + random * delay) / 2;
    case "none":
      return delay;
  }
}

function adviceSpan(options: Backoff): number {
  switch (options.strategy) {
    case "spread":
      return Math.min(options.cap ?? DEFAULT_BACKOFF.cap, MAX_DELAY);
    case "exponential": {
      const { maxDelay = DEFAULT_EXPONENTIAL_BACKOFF.maxDelay } = options;
      return Math.min(maxDelay, MAX_ADVICE_SPAN);
    }
  }
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
