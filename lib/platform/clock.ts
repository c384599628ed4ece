/**
 * Time and randomness of the main thread, as an argument.
 *
 * @module
 */

/** What the client side knows of time and chance. */
export interface Clock {
  /** The instant, in milliseconds of this thread's own monotonic clock. */
  now(): number;
  /** A random number in [0, 1). */
  random(): number;
  /**
   * Calls `run` once after `delay` milliseconds, or earlier for a delay that no
   * timer can hold.
   *
   * @returns What takes it back.
   */
  after(delay: number, run: () => void): () => void;
}

/** The longest delay that a timer can hold, in milliseconds. */
const MAX_DELAY = 2 ** 31 - 1;

/** The platform's clock. */
export const PLATFORM_CLOCK: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  after: (delay, run) => {
    const timer = setTimeout(run, Math.min(Math.max(delay, 0), MAX_DELAY));
    return () => clearTimeout(timer);
  },
};
