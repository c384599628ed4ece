/**
 * Messages that Deno's WebSocket has taken and may not have written.
 *
 * Deno answers a close frame before it says so in this thread. A message that is
 * sent in between is never written: neither an error nor the `close` event tells
 * of it, and `bufferedAmount`, which never falls to 0 again, reads as 0 from then
 * on.
 *
 * @module
 */

import { queueTask } from "../../platform/task.ts";

/** How often to look at a socket that is not done, in milliseconds. */
const INTERVAL = 5;

/** Watches what one socket has taken. */
export class HeldMessages {
  readonly #socket: Pick<WebSocket, "bufferedAmount" | "readyState">;
  readonly #onWritten: () => void;
  #phase: "none" | "some" = "none";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Watches a socket; `onWritten` is called when it has written all. */
  constructor(
    socket: Pick<WebSocket, "bufferedAmount" | "readyState">,
    onWritten: () => void,
  ) {
    this.#socket = socket;
    this.#onWritten = onWritten;
  }

  /** Whether there are any. */
  get some(): boolean {
    return this.#phase === "some";
  }

  /** The socket took a message. */
  add(): void {
    if (this.#phase === "some") return;
    this.#phase = "some";
    // In most cases it is written when this task is over.
    queueTask(() => this.#look());
  }

  /** Forgets them. */
  clear(): void {
    this.#phase = "none";
  }

  /** Watches no longer; those that were not written stay. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const { bufferedAmount, readyState } = this.#socket;
    if (this.#phase === "none" || readyState !== WebSocket.OPEN) return;
    if (bufferedAmount > 0) {
      this.#timer = setTimeout(() => this.#look(), INTERVAL);
      return;
    }
    this.#phase = "none";
    this.#onWritten();
  }
}
