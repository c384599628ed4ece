/**
 * Which HTTP statuses may have ended a client for good.
 *
 * @module
 */

import type { Strike } from "./strikes.ts";

/** What a server may say to a request with a byte that is wrong. */
const MISUNDERSTOOD: readonly number[] = [400, 404, 405, 426, 431, 501, 505];
/** Statuses of 4xx that are retried. */
const RETRYABLE: readonly number[] = [408, 425, 429];

/**
 * Reads from the faults which fatal statuses they can have led to.
 *
 * @param strikes The faults that struck.
 * @returns The statuses.
 */
export function fatalStatusesOf(
  strikes: readonly Strike<unknown>[],
): readonly number[] {
  return strikes.flatMap((strike) => {
    if (strike.on !== "proxy") return [];
    const { fault } = strike;
    if (fault.type === "corrupt" && fault.direction === "up") {
      return MISUNDERSTOOD;
    }
    if (fault.type !== "answer") return [];
    const [, status = NaN] = /^HTTP\/1\.1 (4\d\d)/.exec(`${fault.bytes}`) ?? [];
    return RETRYABLE.includes(Number(status)) ? [] : [Number(status)];
  });
}
