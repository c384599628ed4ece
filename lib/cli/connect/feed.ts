/**
 * Messages on their way to a socket, with backpressure.
 *
 * @module
 */

import type { Message } from "./input.ts";

/** How many writes are made before the first of them has to be done. */
const WINDOW = 512;

/** What takes messages. */
export interface FeedTarget {
  /** Settles when the transport has taken the message, or it was dropped. */
  write(message: Message): Promise<void>;
}

/** Writes ahead by one to two windows. */
export class Feed {
  readonly #target: FeedTarget;
  #window: Promise<void>[] = [];
  #before: Promise<unknown> = Promise.resolve();

  /** Makes a feed for one socket. */
  constructor(target: FeedTarget) {
    this.#target = target;
  }

  /** Writes a message. Settles when there is room for the next one. */
  async push(message: Message): Promise<void> {
    // What is dropped is told by the event `drop`.
    this.#window.push(this.#target.write(message).catch(() => {}));
    if (this.#window.length < WINDOW) return;
    await this.#before;
    this.#before = Promise.all(this.#window);
    this.#window = [];
  }

  /** Settles when the transport has taken all that it will. */
  async done(): Promise<void> {
    await this.#before;
    await Promise.all(this.#window);
  }
}
