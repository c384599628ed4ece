/**
 * Asserts that a latency was measured, and not invented.
 *
 * @module
 */

import { assert } from "@std/assert";

/**
 * Fails unless a round trip took time, and no more than has passed.
 *
 * @param latency What was measured, in milliseconds.
 * @param since An instant of `performance.now()` before the ping was sent.
 */
export function assertLatency(
  latency: number | undefined,
  since: number,
): void {
  const elapsed = performance.now() - since;
  assert(
    latency !== undefined && latency > 0 && latency <= elapsed,
    `A latency of ${latency} ms within ${elapsed} ms`,
  );
}
