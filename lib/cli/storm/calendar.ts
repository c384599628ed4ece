/**
 * Which client is due when, for fleets of a million.
 *
 * @module
 */

/** How far ahead a client can be due, in milliseconds: more than half an hour. */
const SPAN = 2 ** 21;
const MASK = SPAN - 1;
const NOBODY = -1;

/**
 * One appointment per client, with a list of clients for each millisecond. To
 * make one and to find the next takes the same time however many there are.
 */
export class Calendar {
  readonly #firsts = new Int32Array(SPAN).fill(NOBODY);
  readonly #nexts: Int32Array;
  #size = 0;
  #now = 0;

  /**
   * Makes a calendar that stands at the instant 0.
   *
   * @param clients How many clients there are, numbered from 0.
   */
  constructor(clients: number) {
    this.#nexts = new Int32Array(clients);
  }

  /** The millisecond at which it stands. */
  get now(): number {
    return this.#now;
  }

  /** How many clients have an appointment. */
  get size(): number {
    return this.#size;
  }

  /**
   * Gives a client without an appointment one.
   *
   * @param at A whole millisecond from `now` on; what is beyond the reach of
   * the calendar comes at its end.
   */
  schedule(client: number, at: number): void {
    const slot = Math.min(at, this.#now + MASK) & MASK;
    this.#nexts[client] = this.#firsts[slot]!;
    this.#firsts[slot] = client;
    this.#size += 1;
  }

  /**
   * Takes one of those who are due now off the calendar.
   *
   * @returns The client, or `undefined` if there is none.
   */
  take(): number | undefined {
    const slot = this.#now & MASK;
    const client = this.#firsts[slot]!;
    if (client === NOBODY) return undefined;
    this.#firsts[slot] = this.#nexts[client]!;
    this.#size -= 1;
    return client;
  }

  /** Goes on to the next millisecond; nobody must be due in the present one. */
  advance(): void {
    this.#now += 1;
  }
}
