/**
 * Counts what happens in a simulation.
 *
 * @module
 */

import { WINDOW } from "./scenario.ts";

/** What happened in one simulation. */
export interface Counts {
  /** Attempts in each window. */
  readonly attempts: Uint32Array;
  /** Attempts that succeeded in each window. */
  readonly openings: Uint32Array;
  /**
   * For each lost connection, in rising order, the milliseconds from when the
   * client could reconnect to when it did; `Infinity`: it did not.
   */
  readonly recoveries: Float64Array;
}

const CONNECTED = -1;

/** Counts attempts, openings and recoveries. */
export class Recorder {
  readonly #lostAt: Float64Array;
  #attempts = new Uint32Array(1_024);
  #openings = new Uint32Array(1_024);
  #windows = 0;
  #recoveries: Float64Array;
  #returned = 0;

  /**
   * Makes a recorder; all clients are connected.
   *
   * @param clients How many clients there are.
   */
  constructor(clients: number) {
    this.#lostAt = new Float64Array(clients).fill(CONNECTED);
    this.#recoveries = new Float64Array(clients);
  }

  /** Records that a client lost its connection. */
  lost(client: number, now: number): void {
    this.#lostAt[client] = now;
  }

  /** Records an attempt. */
  attempted(now: number): void {
    const window = this.#window(now);
    this.#attempts[window] = this.#attempts[window]! + 1;
  }

  /**
   * Records that a client is connected again.
   *
   * @param backAt When a server came back, in milliseconds.
   */
  opened(client: number, now: number, backAt: number): void {
    const window = this.#window(now);
    this.#openings[window] = this.#openings[window]! + 1;
    if (this.#returned === this.#recoveries.length) {
      this.#recoveries = grown(this.#recoveries, 2 * this.#returned);
    }
    this.#recoveries[this.#returned] = now -
      Math.max(this.#lostAt[client]!, backAt);
    this.#returned += 1;
    this.#lostAt[client] = CONNECTED;
  }

  /** Gives the counts so far. */
  counts(): Counts {
    const missing = this.#lostAt.reduce(
      (sum, at) => at === CONNECTED ? sum : sum + 1,
      0,
    );
    const recoveries = new Float64Array(this.#returned + missing)
      .fill(Infinity);
    recoveries.set(this.#recoveries.subarray(0, this.#returned));
    return {
      attempts: this.#attempts.slice(0, this.#windows),
      openings: this.#openings.slice(0, this.#windows),
      recoveries: recoveries.sort(),
    };
  }

  #window(now: number): number {
    const window = Math.floor(now / WINDOW);
    while (window >= this.#attempts.length) {
      const length = 2 * this.#attempts.length;
      this.#attempts = grown(this.#attempts, length);
      this.#openings = grown(this.#openings, length);
    }
    this.#windows = Math.max(this.#windows, window + 1);
    return window;
  }
}

function grown<T extends Uint32Array | Float64Array>(
  values: T,
  length: number,
): T;
function grown(
  values: Uint32Array | Float64Array,
  length: number,
): Uint32Array | Float64Array {
  const larger = values instanceof Uint32Array
    ? new Uint32Array(length)
    : new Float64Array(length);
  larger.set(values);
  return larger;
}
