/**
 * Bounds replies to a client that does not consume them.
 *
 * An acceptance cannot be refused because of its replies. So the next message is
 * not handled while too much waits for the client, and in turn the client gets
 * no credit for more.
 *
 * @module
 */

import type { BufferBounds } from "../../session/store/store.ts";
import { type Payload, payloadBytes } from "../../session/wire/payload.ts";

/** How much waits for the client of one connection. */
export class ReplyBudget {
  readonly #bounds: Omit<BufferBounds, "maxMessage">;
  /** In the store, also from earlier connections. */
  #stored: number;
  /** On their way to the store. */
  #pending = 0;

  /** Uses the bounds of the session's buffer, in which so many bytes wait. */
  constructor(
    bounds: Omit<BufferBounds, "maxMessage">,
    stored: number,
  ) {
    this.#bounds = bounds;
    this.#stored = stored;
  }

  /** A handler has replied. */
  reserve(replies: readonly Payload[]): void {
    if (replies.length > 0) this.#pending += sizeOf(replies);
  }

  /** Replies were stored; now so many bytes wait in the store. */
  store(stored: number, replies: readonly Payload[]): void {
    this.#stored = stored;
    if (replies.length > 0) this.#pending -= sizeOf(replies);
  }

  /** Returns whether the next message has to wait. */
  isSpent(acked: number, last: number): boolean {
    const { maxMessages, maxBytes, overflow } = this.#bounds;
    // Numbers of messages that were dropped wait for nobody.
    const isFull = overflow === "reject" && last - acked > maxMessages;
    return isFull || this.#stored + this.#pending > maxBytes;
  }
}

function sizeOf(messages: readonly Payload[]): number {
  return messages.reduce((sum, message) => sum + payloadBytes(message), 0);
}
