/**
 * How long to wait before an attempt. Pure: randomness is an argument. Policies
 * are trusted here; `backoff_delay.ts` checks those of applications.
 *
 * @module
 */

import { isLoopback } from "../../rfc6455/url.ts";

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
  /**
   * How many clients may lose the same server at the same time. `first` and
   * `cap` follow from it. Connections to this machine (`localhost`, 127.0.0.0/8,
   * `[::1]`) take 1 instead of the default.
   *
   * @default {10_000}
   */
  readonly fleet?: number;
  /**
   * The first delay is uniform in [0, `first`), in milliseconds. Without it:
   * 0.3 ms for each client of the fleet, at least 250 ms.
   *
   * @default {3_000}
   */
  readonly first?: number;
  /**
   * The second delay is uniform in [0, `cap`), each later one is `cap`, in
   * milliseconds. Without it: 1.5 ms for each client of the fleet, at least 1 s.
   *
   * @default {15_000}
   */
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
 * When attempts are made: in phases that spread a fleet, or after growing delays.
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

/** The size of the fleet, unless the policy says otherwise, in clients. */
export const DEFAULT_FLEET = 10_000;

/** The defaults of {@linkcode ExponentialBackoff}. */
export const DEFAULT_EXPONENTIAL_BACKOFF: Required<ExponentialBackoff> = {
  strategy: "exponential",
  initialDelay: 1_000,
  factor: 2,
  maxDelay: 60_000,
  jitter: "full",
};

/** The least width of the first phase, for small fleets, in milliseconds. */
const MIN_FIRST = 250;
/** The same for the second phase and for the steady pace. */
const MIN_CAP = 1_000;

/** The longest delay without a network, in milliseconds. */
const MAX_OFFLINE_DELAY = 60_000;

/** The longest delay that `setTimeout` does not wrap, in milliseconds. */
export const MAX_DELAY = 2 ** 31 - 1;

/**
 * Returns the policy for a URL. A server on this machine has this client only, so
 * the policy uses a fleet of one there, unless it names another.
 *
 * @param url A URL that `parseTarget()` accepts.
 * @param policy The policy for any URL.
 */
export function backoffFor<Policy extends Backoff>(
  url: string,
  policy: Policy,
): Policy {
  const assumed = policy.strategy === "spread" && policy.fleet === undefined;
  return assumed && isLoopback(new URL(url).hostname)
    ? { ...policy, fleet: 1 }
    : policy;
}

/**
 * Computes how many milliseconds to wait before an attempt.
 *
 * The cap comes before the jitter, so that clients stay apart, however many
 * attempts they made. The delay is finite and at most 2^31 - 1, however large the
 * attempt and even if a limit of the policy is `Infinity`.
 *
 * @param attempt Which attempt; 1 is the first after a drop.
 * @param random A random number in [0, 1).
 * @param policy The policy; its values are not checked.
 */
export function delayBefore(
  attempt: number,
  random: number,
  policy: Backoff,
): number {
  switch (policy.strategy) {
    case "spread":
      return spreadDelay(attempt, random, policy);
    case "exponential":
      return exponentialDelay(attempt, random, policy);
  }
}

/**
 * Returns with which attempt a series goes on when an open connection is lost
 * before it was stable.
 *
 * A server drops many connections at the same instant. The steady pace keeps
 * clients together that were lost together, so the second random phase comes
 * again.
 *
 * @param attempt The attempt that would be next; 1 is the first after a drop.
 * @param options The policy.
 */
export function attemptAfterDrop(attempt: number, options: Backoff): number {
  return options.strategy === "spread" ? Math.min(attempt, 2) : attempt;
}

/**
 * Computes how many milliseconds to wait before an attempt while the platform
 * says that there is no network.
 *
 * HTML calls this information unreliable (`navigator.onLine`): it may be wrong
 * where a virtual or a local network reaches the server. So attempts go on, but
 * slowly.
 *
 * @param random A random number in [0, 1).
 * @returns The delay in milliseconds, 30 to 60 s.
 */
export function offlineDelay(random: number): number {
  return (1 + random) * MAX_OFFLINE_DELAY / 2;
}

function spreadDelay(
  attempt: number,
  random: number,
  policy: SpreadBackoff,
): number {
  const { first, cap } = phasesOf(policy);
  if (attempt === 1) return random * first;
  return attempt === 2 ? random * cap : cap;
}

/** The widths of the two random phases; the second one is also the steady pace. */
export function phasesOf(
  { fleet = DEFAULT_FLEET, first, cap }: SpreadBackoff,
): { readonly first: number; readonly cap: number } {
  return {
    first: Math.min(first ?? Math.max(MIN_FIRST, 0.3 * fleet), MAX_DELAY),
    cap: Math.min(cap ?? Math.max(MIN_CAP, 1.5 * fleet), MAX_DELAY),
  };
}

function exponentialDelay(
  attempt: number,
  random: number,
  policy: ExponentialBackoff,
): number {
  const { initialDelay, factor, maxDelay, jitter } = {
    ...DEFAULT_EXPONENTIAL_BACKOFF,
    ...policy,
  };
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
