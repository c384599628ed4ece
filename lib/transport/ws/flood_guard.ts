/**
 * Finds out that a peer keeps this thread busy.
 *
 * Deno serves a connection that always has something to read before the port to
 * the main thread, for seconds, while its timers stay on time.
 *
 * @module
 */

/** What is taken in between two looks at the clock, in bytes. */
const LOAD = 1024 * 1024;
/** What a frame costs besides its bytes, in bytes. */
const FRAME = 256;
/** Where as much takes longer than this, the thread is not busy, in milliseconds. */
const UNHURRIED = 100;
/** How long a thread may be busy before it has to look elsewhere, in milliseconds. */
const LIMIT = 250;

/** Watches what arrives over one connection. */
export class FloodGuard {
  readonly #now: () => number;
  #load = 0;
  #lookedAt = 0;
  #busySince = 0;

  /** Makes a guard for a clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Counts a frame.
   *
   * @param bytes The size of its payload.
   * @returns Whether reading has to pause for one turn of the event loop.
   */
  count(bytes: number): boolean {
    this.#load += bytes + FRAME;
    return this.#load >= LOAD && this.#look();
  }

  #look(): boolean {
    const now = this.#now();
    const isBusy = now - this.#lookedAt <= UNHURRIED;
    this.#load = 0;
    this.#lookedAt = now;
    if (!isBusy) this.#busySince = now;
    if (now - this.#busySince < LIMIT) return false;
    this.#busySince = now;
    return true;
  }
}
