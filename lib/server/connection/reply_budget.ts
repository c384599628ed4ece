/**
 * Bounds replies to a client that does not consume them.
 *
 * An acceptance cannot be refused because of its replies. So the next message is
 * not handled while too much waits for the client, and in turn the client gets
 * no credit for more messages.
 *
 * @module
 */

import type { BufferBounds } from "../../session/store/store.ts";
import { type Payload, payloadBytes } from "../../session/wire/payload.ts";

interface Batch {
  readonly last: number;
  readonly bytes: number;
}

/** The replies of one connection that the client has not consumed. */
export class ReplyBudget {
  readonly #bounds: Pick<BufferBounds, "maxMessages" | "maxBytes">;
  #batches: Batch[] = [];
  /** Stored and not consumed. */
  #bytes = 0;
  /** On their way to the store. */
  #pending = 0;

  /** Uses the bounds of the session's buffer. */
  constructor(bounds: Pick<BufferBounds, "maxMessages" | "maxBytes">) {
    this.#bounds = bounds;
  }

  /** A handler has replied. */
  reserve(replies: readonly Payload[]): void {
    if (replies.length > 0) this.#pending += sizeOf(replies);
  }

  /** Replies were stored; the last one has this number. */
  store(last: number, replies: readonly Payload[]): void {
    const bytes = sizeOf(replies);
    if (bytes === 0) return;
    this.#pending -= bytes;
    this.#batches.push({ last, bytes });
    this.#bytes += bytes;
  }

  /** Returns whether the next message has to wait. */
  isSpent(acked: number, last: number): boolean {
    this.#forget(acked);
    return last - acked > this.#bounds.maxMessages ||
      this.#bytes + this.#pending > this.#bounds.maxBytes;
  }

  #forget(acked: number): void {
    let done = 0;
    for (const { last, bytes } of this.#batches) {
      if (last > acked) break;
      this.#bytes -= bytes;
      done += 1;
    }
    if (done > 0) this.#batches = this.#batches.slice(done);
  }
}

function sizeOf(messages: readonly Payload[]): number {
  return messages.reduce((sum, message) => sum + payloadBytes(message), 0);
}
