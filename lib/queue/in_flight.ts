/**
 * Messages that have crossed to the worker and are not yet accounted for.
 *
 * @module
 */

/** Fewer empty slots than this are not worth a copy. */
const COMPACT_FROM = 1_024;

/** A FIFO of messages, numbered from 1. */
export class InFlightMessages<Entry extends { readonly bytes: number }> {
  /** Slots before `#head` are empty; in between, those told as unsent are. */
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  /** The number of the message in slot 0. */
  #first = 1;
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
    return this.#first + this.#entries.length - 1;
  }

  /** The number up to which nothing is in flight any more. */
  get settled(): number {
    return this.#first + this.#head - 1;
  }

  /** Adds the next message. */
  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#messages += 1;
    this.#bytes += entry.bytes;
  }

  /** Takes out all messages up to a number. */
  take(upTo: number): readonly Entry[] {
    const end = Math.min(upTo - this.#first + 1, this.#entries.length);
    const taken: Entry[] = [];
    for (; this.#head < end; this.#head += 1) {
      const entry = this.#vacate(this.#head);
      if (entry) taken.push(entry);
    }
    this.#skipVacated();
    return taken;
  }

  /** Takes out one message, if it is still there. */
  remove(message: number): Entry | undefined {
    const entry = this.#vacate(message - this.#first);
    this.#skipVacated();
    return entry;
  }

  /** The number of a message, if it is there. */
  numberOf(entry: Entry): number | undefined {
    const index = this.#entries.indexOf(entry, this.#head);
    return index < 0 ? undefined : this.#first + index;
  }

  /** Takes out all messages and starts again from number 1. */
  reset(): readonly Entry[] {
    const entries = this.take(this.last);
    this.#entries = [];
    this.#head = 0;
    this.#first = 1;
    return entries;
  }

  #vacate(index: number): Entry | undefined {
    const entry = this.#entries[index];
    if (entry === undefined) return undefined;
    this.#entries[index] = undefined;
    this.#messages -= 1;
    this.#bytes -= entry.bytes;
    return entry;
  }

  /** What was told as unsent out of turn is settled once its turn comes. */
  #skipVacated(): void {
    while (
      this.#head < this.#entries.length &&
      this.#entries[this.#head] === undefined
    ) {
      this.#head += 1;
    }
    this.#compact();
  }

  /** Keeps empty slots below half of all, so that each operation is O(1) amortised. */
  #compact(): void {
    if (this.#head === this.#entries.length) {
      this.#first += this.#head;
      this.#entries = [];
      this.#head = 0;
      return;
    }
    if (this.#head < COMPACT_FROM || this.#head * 2 < this.#entries.length) {
      return;
    }
    this.#first += this.#head;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
