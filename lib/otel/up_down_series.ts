/**
 * The value of one socket in an up-down counter that many sockets share.
 *
 * @module
 */

import type { Attributes, Counter } from "./telemetry.ts";

/** One socket's share of an up-down counter, in one series at a time. */
export class UpDownSeries {
  readonly #counter: Counter;
  #value = 0;
  #attributes: Attributes = {};

  /** Starts at 0. */
  constructor(counter: Counter) {
    this.#counter = counter;
  }

  /** Sets the value, and moves to another series if the attributes differ. */
  set(value: number, attributes: Attributes): void {
    if (isSame(attributes, this.#attributes)) this.#add(value - this.#value);
    else {
      this.clear();
      this.#attributes = attributes;
      this.#add(value);
    }
    this.#value = value;
  }

  /** Takes the share back. */
  clear(): void {
    this.#add(-this.#value);
    this.#value = 0;
  }

  #add(change: number): void {
    if (change !== 0) this.#counter.add(change, this.#attributes);
  }
}

/** Whether two sets of attributes, made in the same order, are equal. */
function isSame(one: Attributes, other: Attributes): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
