/**
 * The starts of a worker that fail, as attempts of a connection.
 *
 * @module
 */

import type { Config } from "../../connection/config/config.ts";
import type { Failure } from "../../connection/failure.ts";
import type { ClientClock } from "../../platform/clock.ts";

/** Counts the starts that fail in a row. */
export class FailedStarts {
  readonly #limits: Config["backoff"];
  readonly #clock: ClientClock;
  #count = 0;
  #since: number;

  /** Begins to count. */
  constructor(limits: Config["backoff"], clock: ClientClock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** Forgets those so far. */
  reset(): void {
    this.#count = 0;
    this.#since = this.#clock.now();
  }

  /**
   * Counts one; the next start is in `delay` milliseconds.
   *
   * @returns The failure of a connection that has no attempt left.
   */
  add(cause: Failure, delay: number): Failure | undefined {
    this.#count += 1;
    const attempts = this.#count;
    const elapsed = this.#clock.now() - this.#since;
    const { maxAttempts, maxElapsed } = this.#limits;
    if (attempts < maxAttempts && elapsed + delay <= maxElapsed) {
      return undefined;
    }
    return { type: "exhausted", attempts, elapsed, cause };
  }
}
