/**
 * Messages in order, each of which may expire.
 *
 * @module
 */

import { Fifo } from "./fifo.ts";

/** What the queue needs to know about an entry. */
export interface ExpiringEntry {
  /** Its size in UTF-8 or binary bytes. Must not change while it is queued. */
  readonly bytes: number;
  /** The instant from which it must not be sent any more, or `Infinity`. */
  readonly expiresAt: number;
}

/** A FIFO of messages that expire. */
export class ExpiringFifo<E extends ExpiringEntry> {
  readonly #entries = new Fifo<E>();
  #bytes = 0;
  /** How many entries have a finite `expiresAt`. */
  #expiring = 0;
  /** No entry expires before this. */
  #nextExpiry = Infinity;

  /** How many entries are queued. */
  get length(): number {
    return this.#entries.length;
  }

  /** The size of all entries, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds an entry at the end. */
  append(entry: E): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    if (entry.expiresAt === Infinity) return;
    this.#expiring += 1;
    this.#nextExpiry = Math.min(this.#nextExpiry, entry.expiresAt);
  }

  /** The first entry, which stays. */
  peek(): E | undefined {
    return this.#entries.at(0);
  }

  /** Takes the first entry out. */
  shift(): E | undefined {
    const entry = this.#entries.shift();
    if (entry !== undefined) this.#forget(entry);
    return entry;
  }

  /**
   * Takes this very entry out, wherever it is.
   *
   * @returns Whether it was there.
   */
  remove(entry: E): boolean {
    const index = this.#entries.indexOf(entry);
    if (index < 0) return false;
    this.#entries.removeAt(index);
    this.#forget(entry);
    return true;
  }

  /** Takes out and returns all entries whose `expiresAt` is not after `now`. */
  expire(now: number): readonly E[] {
    if (now < this.#nextExpiry) return [];
    const expired: E[] = [];
    for (const entry of this.clear()) {
      if (entry.expiresAt <= now) expired.push(entry);
      else this.append(entry);
    }
    return expired;
  }

  /**
   * When to call `expire()` next; `Infinity` when no entry ever expires. It may be
   * early once, never late: after `expire(now)` it is later than `now`.
   */
  nextExpiry(): number {
    return this.#nextExpiry;
  }

  /** Takes out and returns all entries. */
  clear(): readonly E[] {
    this.#bytes = 0;
    this.#expiring = 0;
    this.#nextExpiry = Infinity;
    return this.#entries.clear();
  }

  #forget(entry: E): void {
    this.#bytes -= entry.bytes;
    if (entry.expiresAt === Infinity) return;
    this.#expiring -= 1;
    if (this.#expiring === 0) this.#nextExpiry = Infinity;
  }
}
