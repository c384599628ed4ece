/**
 * A FIFO that knows the size of what is in it.
 *
 * @module
 */

import { Fifo } from "./fifo.ts";

/** A FIFO of entries that have a size. */
export class SizedFifo<Entry extends { readonly bytes: number }> {
  readonly #entries = new Fifo<Entry>();
  #bytes = 0;

  /** How many entries there are. */
  get length(): number {
    return this.#entries.length;
  }

  /** Their size, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The first entry. */
  peek(): Entry | undefined {
    return this.#entries.at(0);
  }

  /** Appends an entry. */
  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
  }

  /** Takes out the first entry. */
  shift(): Entry | undefined {
    const entry = this.#entries.shift();
    this.#bytes -= entry?.bytes ?? 0;
    return entry;
  }

  /** Takes out all entries. */
  clear(): readonly Entry[] {
    this.#bytes = 0;
    return this.#entries.clear();
  }
}
