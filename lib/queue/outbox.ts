/**
 * The messages to send, in order, bounded in messages and in bytes.
 *
 * @module
 */

import { Fifo } from "./fifo.ts";

/** The bounds of the outbox and what happens at them. */
export interface OutboxLimits {
  /** How many messages may wait, those in flight included. */
  readonly maxMessages: number;
  /** How many bytes may wait, those in flight included. */
  readonly maxBytes: number;
  /** What happens at the bound: `push()` fails, or the oldest or the new message is dropped. */
  readonly overflow: "reject" | "drop-oldest" | "drop-newest";
}

/** What the outbox needs to know about an entry. */
export interface OutboxEntry {
  /** Its size in UTF-8 or binary bytes. Must not change while it is queued. */
  readonly bytes: number;
  /** The instant from which it must not be sent any more, or `Infinity`. */
  readonly expiresAt: number;
}

/** Messages that have left the outbox and still count in its limits. */
export interface InFlight {
  /** How many they are. */
  readonly messages: number;
  /** Their size, in bytes. */
  readonly bytes: number;
}

/**
 * What became of a `push()`. `dropped` are the entries that are not, or no
 * longer, in the outbox; the new one may be the only one of them.
 */
export type OutboxPush<E> =
  | { readonly kind: "queued"; readonly dropped: readonly E[] }
  | { readonly kind: "overflow" };

const QUEUED = { kind: "queued", dropped: [] } as const;
const OVERFLOW = { kind: "overflow" } as const;

/** A bounded FIFO of messages to send. */
export class Outbox<E extends OutboxEntry> {
  readonly #limits: OutboxLimits;
  readonly #entries = new Fifo<E>();
  #bytes = 0;
  /** How many entries have a finite `expiresAt`. */
  #expiring = 0;
  /** No entry expires before this. */
  #nextExpiry = Infinity;

  /** Makes an empty outbox. */
  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  /** How many entries are queued. */
  get length(): number {
    return this.#entries.length;
  }

  /** The size of all entries, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Says whether one more entry of this size is within the limits. */
  fits(bytes: number, inFlight: InFlight): boolean {
    return this.length + inFlight.messages < this.#limits.maxMessages &&
      this.#bytes + inFlight.bytes + bytes <= this.#limits.maxBytes;
  }

  /**
   * Adds an entry at the end, or applies the overflow rule. `"drop-oldest"` drops
   * an entry itself if it would not fit into an empty outbox.
   */
  push(entry: E, inFlight: InFlight): OutboxPush<E> {
    if (this.fits(entry.bytes, inFlight)) {
      this.#append(entry);
      return QUEUED;
    }
    switch (this.#limits.overflow) {
      case "reject":
        return OVERFLOW;
      case "drop-newest":
        return { kind: "queued", dropped: [entry] };
      case "drop-oldest":
        return { kind: "queued", dropped: this.#displace(entry, inFlight) };
    }
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
   * Puts entries back at the front, in their order. They were within the limits
   * when they were pushed, so the limits do not apply again.
   */
  unshift(entries: readonly E[]): void {
    this.#entries.unshift(entries);
    for (const entry of entries) this.#account(entry);
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
      else this.#append(entry);
    }
    return expired;
  }

  /**
   * When to call `expire()` next; `Infinity` when no entry ever expires. It is
   * never too late. It is too early at most once for an entry that was sent
   * meanwhile: after `expire(now)` it is later than `now`.
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

  #displace(entry: E, inFlight: InFlight): readonly E[] {
    const { maxMessages, maxBytes } = this.#limits;
    const neverFits = inFlight.messages >= maxMessages ||
      inFlight.bytes + entry.bytes > maxBytes;
    if (neverFits) return [entry];
    const dropped: E[] = [];
    while (!this.fits(entry.bytes, inFlight)) dropped.push(this.shift() as E);
    this.#append(entry);
    return dropped;
  }

  #append(entry: E): void {
    this.#entries.push(entry);
    this.#account(entry);
  }

  #account(entry: E): void {
    this.#bytes += entry.bytes;
    if (entry.expiresAt === Infinity) return;
    this.#expiring += 1;
    this.#nextExpiry = Math.min(this.#nextExpiry, entry.expiresAt);
  }

  #forget(entry: E): void {
    this.#bytes -= entry.bytes;
    if (entry.expiresAt === Infinity) return;
    this.#expiring -= 1;
    if (this.#expiring === 0) this.#nextExpiry = Infinity;
  }
}
