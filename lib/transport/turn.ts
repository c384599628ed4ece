/**
 * When a connection that always has something to read lets the rest of its
 * thread have a turn.
 *
 * A read that is ready at once goes before all that the system has for other
 * connections, and before the port to the main thread: Deno looks at them after
 * 61 rounds of its event loop, or when it has nothing else to do.
 *
 * @module
 */

/** After so many bytes a connection looks at the clock. */
const LOAD = 128 * 1024;
/** How long it may go on, in milliseconds. */
const SLICE = 20;

/** The turns of one connection. */
export class Turn {
  readonly #now: () => number;
  #load = 0;
  #begunAt = 0;

  /** Makes turns by a clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Counts what was read, and says whether the turn is over. The next one begins
   * with it.
   */
  isOverAfter(bytes: number): boolean {
    this.#load += bytes;
    if (this.#load < LOAD) return false;
    this.#load = 0;
    const now = this.#now();
    if (now - this.#begunAt < SLICE) return false;
    this.#begunAt = now;
    return true;
  }
}

/** Waits for a timer, so that Deno looks at all that the system has for it. */
export function othersHadTheirTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
