/**
 * The messages to send, in order, bounded in messages and in bytes.
 *
 * @module
 */

import { type ExpiringEntry, ExpiringFifo } from "./expiring_fifo.ts";

/** The bounds of the outbox and what happens at them. */
export interface OutboxLimits {
  /** How many messages may wait, those in flight included. */
  readonly maxMessages: number;
  /** How many bytes may wait, those in flight included. */
  readonly maxBytes: number;
  /** What happens at the bound: `push()` fails, or the oldest or the new message is dropped. */
  readonly overflow: "reject" | "drop-oldest" | "drop-newest";
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
export class Outbox<E extends ExpiringEntry> extends ExpiringFifo<E> {
  readonly #limits: OutboxLimits;

  /** Makes an empty outbox. */
  constructor(limits: OutboxLimits) {
    super();
    this.#limits = limits;
  }

  /** Says whether one more entry of this size is within the limits. */
  fits(bytes: number, inFlight: InFlight): boolean {
    return this.length + inFlight.messages < this.#limits.maxMessages &&
      this.bytes + inFlight.bytes + bytes <= this.#limits.maxBytes;
  }

  /**
   * Adds an entry at the end, or applies the overflow rule. `"drop-oldest"` drops
   * an entry itself if it would not fit into an empty outbox.
   */
  push(entry: E, inFlight: InFlight): OutboxPush<E> {
    if (this.fits(entry.bytes, inFlight)) {
      this.append(entry);
      return QUEUED;
    }
    const { overflow } = this.#limits;
    if (overflow === "reject") return OVERFLOW;
    const dropped = overflow === "drop-newest"
      ? [entry]
      : this.#displace(entry, inFlight);
    return { kind: "queued", dropped };
  }

  #displace(entry: E, inFlight: InFlight): readonly E[] {
    const { maxMessages, maxBytes } = this.#limits;
    const neverFits = inFlight.messages >= maxMessages ||
      inFlight.bytes + entry.bytes > maxBytes;
    if (neverFits) return [entry];
    const dropped: E[] = [];
    while (!this.fits(entry.bytes, inFlight)) dropped.push(this.shift() as E);
    this.append(entry);
    return dropped;
  }
}
