/**
 * Finds out that a worker is silent, without mistaking a block of this thread
 * for it.
 *
 * @module
 */

import type { ClientClock } from "../../platform/clock.ts";

/** What a watchdog calls. */
export interface WatchdogOptions {
  /** Gives how many milliseconds of silence are too many now. */
  readonly limit: () => number;
  /** Called each second of a longer silence, to ask for a sign of life. */
  readonly ask: () => void;
  /** Called once, at the limit. */
  readonly onTimeout: () => void;
}

/** The time between two looks, in milliseconds. */
const PERIOD = 1_000;
/** A worker gives a sign of life each second by itself, so only a longer silence causes a request. */
const ASK_AFTER = 2 * PERIOD;
/** A tick that is later than this, in milliseconds, shows that this thread was blocked. */
const LATENESS_TOLERANCE = 500;

/**
 * Counts the silence of a worker. A period whose tick is late does not count:
 * this thread was blocked, and has not read the messages of that time yet.
 */
export class Watchdog {
  readonly #clock: ClientClock;
  readonly #watch: WatchdogOptions;
  #silence = 0;
  #tickAt = 0;
  #cancel = () => {};

  /** Starts to watch. */
  constructor(clock: ClientClock, watch: WatchdogOptions) {
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
    if (this.#silence >= this.#watch.limit()) return this.#watch.onTimeout();
    this.#schedule();
    if (this.#silence >= ASK_AFTER) this.#watch.ask();
  }
}
