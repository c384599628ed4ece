/**
 * Finds out that nobody answers, without mistaking its own absence for it.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";

/** How a watchdog works. */
export interface WatchdogOptions {
  /** Milliseconds of silence that are too many. */
  readonly limit: number;
  /** Called each second, to ask whether anyone is there. */
  readonly ask: () => void;
  /** Called once, at the limit. */
  readonly onTimeout: () => void;
}

/** The time between two questions, in milliseconds. */
const PERIOD = 1_000;
/** A tick that is later than this tells of this thread and of nobody else. */
const LATENESS_TOLERANCE = 500;

/**
 * Counts the silence of a worker. What happened while this thread was blocked
 * is not known until it has read its messages, so a period whose tick is late
 * does not count.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #watch: WatchdogOptions;
  #silence = 0;
  #tickAt = 0;
  #cancel = () => {};

  /** Starts to watch. */
  constructor(clock: Clock, watch: WatchdogOptions) {
    this.#clock = clock;
    this.#watch = watch;
    this.#schedule();
  }

  /** The worker gave a sign of life. */
  heard(): void {
    this.#silence = 0;
  }

  /** Stops to watch. */
  stop(): void {
    this.#cancel();
  }

  #schedule(): void {
    this.#tickAt = this.#clock.now() + PERIOD;
    this.#cancel = this.#clock.after(PERIOD, () => this.#tick());
  }

  #tick(): void {
    if (this.#clock.now() - this.#tickAt <= LATENESS_TOLERANCE) {
      this.#silence += PERIOD;
    }
    if (this.#silence >= this.#watch.limit) return this.#watch.onTimeout();
    this.#schedule();
    this.#watch.ask();
  }
}
