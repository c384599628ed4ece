/**
 * Sends messages with backpressure.
 *
 * @module
 */

import { OutboxFullError } from "../../client/errors/mod.ts";
import type { Message } from "./input.ts";

/** How many messages are written before the first of them must have been sent. */
const WINDOW = 512;

/** The part of a socket that a feed uses. */
export interface FeedTarget {
  /**
   * Settles when the transport has taken the message.
   *
   * @throws {OutboxFullError} The message alone is larger than the outbox.
   * @throws {Error} The message was dropped, as an event `drop` has reported.
   */
  write(message: Message): Promise<void>;
}

/** Writes messages ahead, by one to two windows. */
export class Feed {
  readonly #target: FeedTarget;
  readonly #onTooLarge: (bytes: number) => void;
  #window: Promise<void>[] = [];
  #before: Promise<unknown> = Promise.resolve();

  /**
   * Makes a feed for one socket.
   *
   * @param target The socket.
   * @param onTooLarge Called with the size of a message that the outbox can
   * never hold, in bytes: no event reports it.
   */
  constructor(target: FeedTarget, onTooLarge: (bytes: number) => void) {
    this.#target = target;
    this.#onTooLarge = onTooLarge;
  }

  /** Writes a message. Settles when the next one may follow. */
  async push(message: Message): Promise<void> {
    this.#window.push(this.#write(message));
    if (this.#window.length < WINDOW) return;
    await this.#before;
    this.#before = Promise.all(this.#window);
    this.#window = [];
  }

  /** Settles when all messages have been sent or dropped. */
  async done(): Promise<void> {
    await this.#before;
    await Promise.all(this.#window);
  }

  async #write(message: Message): Promise<void> {
    try {
      await this.#target.write(message);
    } catch (error) {
      if (error instanceof OutboxFullError) this.#onTooLarge(sizeOf(message));
    }
  }
}

function sizeOf(message: Message): number {
  return typeof message === "string"
    ? new TextEncoder().encode(message).length
    : message.length;
}
