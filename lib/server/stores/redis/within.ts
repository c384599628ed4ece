/**
 * Waiting for Redis with a limit: a client may lose an answer without a word.
 *
 * @module
 */

import type { Clock } from "../../../platform/clock.ts";
import { unavailable } from "./failures.ts";

/** How long to wait, in milliseconds, and by which clock. */
export interface Patience {
  readonly timeout: number;
  readonly clock: Pick<Clock, "after">;
}

/**
 * Waits for an answer.
 *
 * @throws {SessionStoreError} `unavailable`, if it does not come in time.
 */
export function within<T>(
  answer: Promise<T>,
  { timeout, clock }: Patience,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(
      timeout,
      () => reject(unavailable(`no answer within ${timeout} ms`)),
    );
    answer.then(resolve, reject).finally(cancel);
  });
}
