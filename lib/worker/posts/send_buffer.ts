/**
 * The messages of one connection that have crossed to the worker and wait for
 * the transport.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import { ExpiringFifo } from "../../queue/expiring_fifo.ts";
import type { Command, DropReason } from "../../boundary/protocol.ts";

/** Learns what became of messages. */
export interface SendBufferListener {
  /** All up to this number are taken, except those reported as unsent. */
  taken(upTo: number): void;
  unsent(message: number, reason: DropReason): void;
}

/** Where messages go. */
export interface SendTarget {
  /** Hands a message with its number to the transport; returns whether there is room for more. */
  readonly transmit: (data: Data, message: number) => boolean;
  /** Whether a message counts as taken at once; `handed` unless said otherwise. */
  readonly taken?: "handed" | "accepted" | undefined;
}

interface Entry {
  readonly number: number;
  readonly data: Data;
  /** The client counts the bytes. */
  readonly bytes: 0;
  readonly expiresAt: number;
}

/** What has just crossed may go at once, even with a `ttl` of 0; in milliseconds. */
const SHORTEST_TTL = 1;

/** Hands messages to transports, each at most once and in order. */
export class SendBuffer {
  /** Unbounded: the client's send window limits it. */
  readonly #queue = new ExpiringFifo<Entry>();
  /** The numbers of messages that a transport has and may lose, oldest first. */
  readonly #held: number[] = [];
  readonly #listener: SendBufferListener;
  #received: number;

  /**
   * Makes an empty queue.
   *
   * @param received The number of the last message that crossed to a worker before.
   */
  constructor(listener: SendBufferListener, received = 0) {
    this.#listener = listener;
    this.#received = received;
  }

  /** The number of the last message that crossed. */
  get received(): number {
    return this.#received;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** When to call {@linkcode expire} next. */
  get nextExpiry(): number {
    return this.#queue.nextExpiry();
  }

  /** Takes in what crossed; a {@linkcode flush} at the same instant finds all of it. */
  accept(
    { first, messages, ttls }: Extract<Command, { readonly type: "send" }>,
    now: number,
  ): void {
    for (let index = 0; index < messages.length; index += 1) {
      const number = first + index;
      const data = messages[index] as Data;
      const ttl = Math.max(ttls?.[index] ?? Infinity, SHORTEST_TTL);
      const expiresAt = now + ttl;
      this.#queue.append({ number, data, bytes: 0, expiresAt });
      this.#received = number;
    }
  }

  /** Takes a message back, if it still waits. */
  cancel(message: number): void {
    this.#dropWhere((entry) => entry.number === message, "aborted");
  }

  /** Drops what has expired. */
  expire(now: number): void {
    for (const { number } of this.#queue.expire(now)) {
      this.#listener.unsent(number, "expired");
    }
  }

  /** Drops everything. */
  drop(reason: DropReason): void {
    this.#dropWhere(() => true, reason);
  }

  /**
   * Reports as taken what a transport has, except what it may lose.
   *
   * @param unwritten How many of the last messages that is.
   */
  settle(unwritten = 0): void {
    const count = this.#held.length - unwritten;
    if (count <= 0) return;
    const last = this.#held.splice(0, count)[count - 1]!;
    this.#listener.taken(last);
  }

  /** The same at the end of the transport, which loses the others. */
  end(unwritten?: number): void {
    this.settle(unwritten);
    for (const number of this.#held.splice(0)) {
      this.#listener.unsent(number, "unknown");
    }
  }

  /**
   * Hands over what waits and has not expired, until `transmit` says that there
   * is no room. What is `handed` over counts as taken with the next
   * {@linkcode settle}; what is to be `accepted`, when its transport reports it.
   *
   * @returns Whether there is room for more.
   */
  flush(now: number, target: SendTarget): boolean {
    // The timer that expires messages may be late.
    this.expire(now);
    let hasRoom = true;
    while (hasRoom) {
      // Taken out first: a transport that throws must not get it twice.
      const entry = this.#queue.shift();
      if (entry === undefined) break;
      hasRoom = this.#handOver(entry, target);
    }
    return hasRoom;
  }

  #handOver(
    { data, number }: Entry,
    { transmit, taken }: SendTarget,
  ): boolean {
    try {
      const hasRoom = transmit(data, number);
      if (taken !== "accepted") this.#held.push(number);
      return hasRoom;
    } catch {
      this.#listener.unsent(number, "rejected");
      return true;
    }
  }

  #dropWhere(predicate: (entry: Entry) => boolean, reason: DropReason): void {
    for (const entry of this.#queue.clear()) {
      if (predicate(entry)) this.#listener.unsent(entry.number, reason);
      else this.#queue.append(entry);
    }
  }
}
