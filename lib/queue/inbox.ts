/**
 * Received messages that wait for the main thread: in order, and bounded in
 * messages and in bytes.
 *
 * @module
 */

import { Fifo } from "./fifo.ts";
import { countOf } from "./pack.ts";

/** The bounds of the inbox and what happens at them. */
export interface InboxConfig {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** `"store"`: as `"pause"`, but a transport that cannot pause goes on all the same. */
  readonly overflow:
    | "pause"
    | "store"
    | "close"
    | "drop-oldest"
    | "drop-newest";
}

/** What happened to a pushed message. */
export type PushResult =
  /** It is in the inbox, which is below its bound. */
  | { readonly kind: "stored" }
  /** It is in the inbox, which is now at or over its bound: pause the transport. */
  | { readonly kind: "full" }
  /** It is not in the inbox, and the rule is to close the connection. */
  | { readonly kind: "overflow" }
  /**
   * So many messages of so many bytes left the inbox unread to make place for it,
   * or it was dropped itself.
   */
  | {
    readonly kind: "dropped-oldest" | "dropped-newest";
    readonly count: number;
    readonly bytes: number;
  };

/** Messages with consecutive numbers. */
export interface Batch<T> {
  /** The number of the first of them. */
  readonly first: number;
  /** In the order in which they were pushed; an item may be a pack of several. */
  readonly messages: T[];
  /** How many messages these are. */
  readonly count: number;
  /** The size of all of them, in bytes. */
  readonly bytes: number;
}

const STORED = { kind: "stored" } as const;
const FULL = { kind: "full" } as const;
const OVERFLOW = { kind: "overflow" } as const;

/**
 * A bounded FIFO of received messages.
 *
 * Stored messages are numbered from 1. They leave only at the front, so the
 * numbers of those in the inbox have no gaps. A message is a row in two queues
 * instead of an object: the inbox handles a million of them per second. Where the
 * rule is to store (`storesAll`), an item may be a pack of messages.
 */
export class Inbox<T> {
  readonly #config: InboxConfig;
  readonly #data = new Fifo<T>();
  readonly #sizes = new Fifo<number>();
  #length = 0;
  #bytes = 0;
  #lastNumber: number;

  /** Makes an empty inbox whose first message has the number after `lastNumber`. */
  constructor(config: InboxConfig, lastNumber = 0) {
    this.#config = config;
    this.#lastNumber = lastNumber;
  }

  /** How many messages are stored. */
  get length(): number {
    return this.#length;
  }

  /** The size of all stored messages, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the last message that was stored; 0 before the first. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** All numbers below this one have left the inbox. */
  get firstNumber(): number {
    return this.#lastNumber - this.length + 1;
  }

  /** Whether a paused transport may read again: less than half of both bounds is used. */
  get hasRoom(): boolean {
    return this.length * 2 < this.#config.maxMessages &&
      this.#bytes * 2 < this.#config.maxBytes;
  }

  /**
   * Adds a message at the end, or applies the overflow rule.
   *
   * `"pause"` and `"store"` store it in any case: a transport may have read more messages
   * before it pauses, and they must not be lost. `"drop-oldest"` drops a message
   * itself if it is larger than the inbox.
   */
  push(data: T, bytes: number): PushResult {
    if (this.#fits(bytes)) {
      this.#append(data, bytes);
      return this.storesAll && this.#isFull() ? FULL : STORED;
    }
    switch (this.#config.overflow) {
      case "pause":
      case "store":
        this.#append(data, bytes);
        return FULL;
      case "close":
        return OVERFLOW;
      case "drop-newest":
        return { kind: "dropped-newest", count: 1, bytes };
      case "drop-oldest":
        return this.#displace(data, bytes);
    }
  }

  /** Whether {@linkcode take} would take something out. */
  canTake(maxMessages: number, maxBytes: number): boolean {
    if (this.#length === 0) return false;
    const count = countOf(this.#data.at(0));
    return count === 1 ||
      (count <= maxMessages && this.#sizes.at(0)! <= maxBytes);
  }

  /**
   * Takes out the first messages, as many as both limits allow and at least one.
   *
   * @returns `undefined` when there is none, or the first item is a pack that is
   * larger.
   */
  take(maxMessages: number, maxBytes: number): Batch<T> | undefined {
    if (!this.canTake(maxMessages, maxBytes)) return undefined;
    const first = this.firstNumber;
    let count = countOf(this.#data.at(0));
    let bytes = this.#sizes.at(0)!;
    let items = 1;
    for (; items < this.#data.length; items += 1) {
      const nextCount = count + countOf(this.#data.at(items));
      const nextBytes = bytes + this.#sizes.at(items)!;
      if (nextCount > maxMessages || nextBytes > maxBytes) break;
      count = nextCount;
      bytes = nextBytes;
    }
    this.#length -= count;
    this.#bytes -= bytes;
    this.#sizes.take(items);
    return { first, messages: this.#data.take(items), count, bytes };
  }

  /** Drops all messages. Their numbers are not used again. */
  clear(): { readonly count: number; readonly bytes: number } {
    const cleared = { count: this.length, bytes: this.#bytes };
    this.#length = 0;
    this.#bytes = 0;
    this.#data.clear();
    this.#sizes.clear();
    return cleared;
  }

  /** Whether each message is stored, and none is ever dropped. */
  get storesAll(): boolean {
    const { overflow } = this.#config;
    return overflow === "pause" || overflow === "store";
  }

  #fits(bytes: number): boolean {
    return this.length < this.#config.maxMessages &&
      this.#bytes + bytes <= this.#config.maxBytes;
  }

  #isFull(): boolean {
    return this.length >= this.#config.maxMessages ||
      this.#bytes >= this.#config.maxBytes;
  }

  #append(data: T, bytes: number): void {
    const count = countOf(data);
    this.#length += count;
    this.#lastNumber += count;
    this.#bytes += bytes;
    this.#data.push(data);
    this.#sizes.push(bytes);
  }

  #displace(data: T, bytes: number): PushResult {
    const neverFits = bytes > this.#config.maxBytes ||
      this.#config.maxMessages < 1;
    if (neverFits) return { kind: "dropped-newest", count: 1, bytes };
    const before = { length: this.length, bytes: this.#bytes };
    while (!this.#fits(bytes)) {
      this.#data.shift();
      this.#length -= 1;
      this.#bytes -= this.#sizes.shift() as number;
    }
    const count = before.length - this.length;
    const freed = before.bytes - this.#bytes;
    this.#append(data, bytes);
    return { kind: "dropped-oldest", count, bytes: freed };
  }
}
