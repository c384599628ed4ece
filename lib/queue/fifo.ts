/**
 * A queue whose operations take constant time, amortised.
 *
 * @module
 */

/** Fewer empty slots than this are not worth a copy. */
const COMPACT_FROM = 1_024;

/** A FIFO of any length, whose items can be reached by their place in it. */
export class Fifo<T> {
  /** Slots before `#head` are empty. */
  #slots: (T | undefined)[] = [];
  #head = 0;

  /** How many items are queued. */
  get length(): number {
    return this.#slots.length - this.#head;
  }

  /** The item at a place, from 0, which stays. */
  at(index: number): T | undefined {
    return this.#slots[this.#head + index];
  }

  /** The place of an item; -1 if it is not there. */
  indexOf(item: T): number {
    return Math.max(-1, this.#slots.indexOf(item, this.#head) - this.#head);
  }

  /** Adds an item at the end. */
  push(item: T): void {
    // An array that grows from nothing makes room for 16.
    if (this.#slots.length === 0) this.#slots = [item];
    else this.#slots.push(item);
  }

  /** Puts another item in the place of one that is there. */
  replace(index: number, item: T): void {
    this.#slots[this.#head + index] = item;
  }

  /** Takes out the item at a place. Takes time for all that follow it. */
  removeAt(index: number): void {
    this.#slots.splice(this.#head + index, 1);
    this.#compact();
  }

  /** Takes out the first item. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head += 1;
    this.#compact();
    return item;
  }

  /** Takes out the first `count` items, which must be there. */
  take(count: number): T[] {
    const end = this.#head + count;
    if (end === this.#slots.length) return this.clear();
    const items = this.#slots.slice(this.#head, end);
    this.#slots.fill(undefined, this.#head, end);
    this.#head = end;
    this.#compact();
    return items as T[];
  }

  /** Takes out all items. */
  clear(): T[] {
    // An array that is taken as a whole is handed over and not copied.
    const items = this.#head === 0
      ? this.#slots
      : this.#slots.slice(this.#head);
    this.#slots = [];
    this.#head = 0;
    return items as T[];
  }

  /** Keeps empty slots below half of all, and none when there is no item. */
  #compact(): void {
    if (this.#head === this.#slots.length) {
      this.#slots = [];
      this.#head = 0;
      return;
    }
    if (this.#head < COMPACT_FROM || this.#head * 2 < this.#slots.length) {
      return;
    }
    this.#slots = this.#slots.slice(this.#head);
    this.#head = 0;
  }
}
