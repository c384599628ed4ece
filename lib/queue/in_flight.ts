/**
 * Messages that were posted to the worker, until it reports them as sent or
 * unsent.
 *
 * @module
 */

import { Fifo } from "./fifo.ts";

/** A FIFO of messages, numbered from 1. */
export class InFlightMessages<Entry extends { readonly bytes: number }> {
  /** Those reported as unsent out of turn leave `undefined`. */
  readonly #entries = new Fifo<Entry | undefined>();
  #settled = 0;
  #messages = 0;
  #bytes = 0;

  /** How many are in flight. */
  get messages(): number {
    return this.#messages;
  }

  /** Their size, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the last message that was pushed; 0 before it. */
  get last(): number {
    return this.#settled + this.#entries.length;
  }

  /** The number up to which nothing is in flight any more. */
  get settled(): number {
    return this.#settled;
  }

  /** Adds the next message. */
  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#messages += 1;
    this.#bytes += entry.bytes;
  }

  /** Takes out all messages up to a number. */
  take(upTo: number): readonly Entry[] {
    const count = Math.min(upTo - this.#settled, this.#entries.length);
    if (count <= 0) return [];
    const taken = this.#entries.take(count).filter((entry) =>
      entry !== undefined
    );
    for (const entry of taken) this.#forget(entry);
    this.#settled += count;
    this.#skipVacated();
    return taken;
  }

  /** Takes out one message, if it is still there. */
  remove(message: number): Entry | undefined {
    const index = message - this.#settled - 1;
    const entry = index < 0 ? undefined : this.#entries.at(index);
    if (entry === undefined) return undefined;
    this.#entries.replace(index, undefined);
    this.#forget(entry);
    this.#skipVacated();
    return entry;
  }

  /** The number of a message, if it is there. */
  numberOf(entry: Entry): number | undefined {
    const index = this.#entries.indexOf(entry);
    return index < 0 ? undefined : this.#settled + index + 1;
  }

  /** Takes out all messages and starts again from number 1. */
  reset(): readonly Entry[] {
    const entries = this.take(this.last);
    this.#settled = 0;
    return entries;
  }

  #forget({ bytes }: Entry): void {
    this.#messages -= 1;
    this.#bytes -= bytes;
  }

  /** A message that was removed out of turn is settled once all before it are. */
  #skipVacated(): void {
    while (this.#entries.length > 0 && this.#entries.at(0) === undefined) {
      this.#entries.shift();
      this.#settled += 1;
    }
  }
}
