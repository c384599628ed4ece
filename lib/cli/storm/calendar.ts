/**
 * A timer queue for fleets of a million clients.
 *
 * @module
 */

/** The longest time that a client can wait, in milliseconds: about 35 minutes. */
const SPAN = 2 ** 21;
const MASK = SPAN - 1;
const NOBODY = -1;

/**
 * One timer per client, in a list of clients for each millisecond: to set a timer
 * and to find the next one takes constant time.
 */
export class Calendar {
  readonly #firsts = new Int32Array(SPAN).fill(NOBODY);
  readonly #nexts: Int32Array;
  #size = 0;
  #now = 0;

  /**
   * Makes a calendar at the instant 0.
   *
   * @param clients How many clients there are, numbered from 0.
   */
  constructor(clients: number) {
    this.#nexts = new Int32Array(clients);
  }

  /** The current millisecond. */
  get now(): number {
    return this.#now;
  }

  /** How many timers are set. */
  get size(): number {
    return this.#size;
  }

  /**
   * Sets the timer of a client that has none.
   *
   * @param at A whole millisecond from `now` on; a later one than the longest
   * time is shortened to it.
   */
  schedule(client: number, at: number): void {
    const slot = Math.min(at, this.#now + MASK) & MASK;
    this.#nexts[client] = this.#firsts[slot]!;
    this.#firsts[slot] = client;
    this.#size += 1;
  }

  /**
   * Takes one timer that is due now.
   *
   * @returns Its client, or `undefined` if no timer is due.
   */
  take(): number | undefined {
    const slot = this.#now & MASK;
    const client = this.#firsts[slot]!;
    if (client === NOBODY) return undefined;
    this.#firsts[slot] = this.#nexts[client]!;
    this.#size -= 1;
    return client;
  }

  /** Goes on to the next millisecond; no timer may be due in the current one. */
  advance(): void {
    this.#now += 1;
  }
}
