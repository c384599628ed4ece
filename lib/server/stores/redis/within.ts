/**
 * Waiting for Redis with a limit: a client may lose an answer without a word.
 *
 * @module
 */

import type { Clock } from "../../../platform/clock.ts";
import { unavailable } from "./failures.ts";

/** How long to wait, in milliseconds, and by which clock. */
export interface WaitLimit {
  readonly timeout: number;
  readonly clock: Pick<Clock, "after">;
}

/** Waits that can be cancelled with an error. */
export class Waits {
  readonly #rejects = new Set<(error: Error) => void>();

  /** Begins a wait; the returned function ends it. A promise would keep all waits. */
  add(reject: (error: Error) => void): () => void {
    this.#rejects.add(reject);
    return () => this.#rejects.delete(reject);
  }

  /** Rejects all that wait now. */
  end(why: string): void {
    for (const reject of this.#rejects) reject(unavailable(why));
  }
}

/**
 * Waits for an answer.
 *
 * @throws {SessionStoreError} `unavailable`, if it does not come in time, or what
 * it is one of has ended.
 */
export function within<T>(
  answer: Promise<T>,
  { timeout, clock }: WaitLimit,
  waits: readonly Waits[] = [],
): Promise<T> {
  return new Promise((resolve, reject) => {
    const release = () => {
      for (const end of ends) end();
    };
    const fail = (error: unknown) => {
      release();
      reject(error);
    };
    const late = () => fail(unavailable(`no answer within ${timeout} ms`));
    const ends = [
      clock.after(timeout, late),
      ...waits.map((each) => each.add(fail)),
    ];
    answer.then((value) => {
      release();
      resolve(value);
    }, fail);
  });
}
