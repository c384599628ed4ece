/**
 * Messages that Deno's WebSocket has taken and may not have written.
 *
 * Deno answers a close frame before it says so in this thread. A message that is
 * sent in between is never written: neither an error nor the `close` event
 * reports it, and `bufferedAmount`, which never falls to 0 again, reads as 0
 * from then on.
 *
 * @module
 */

import { queueTask } from "../../platform/task.ts";

/** How many checks follow each other at once: a write takes a turn or two. */
const SOON = 8;
/** How often to check after those, in milliseconds. */
const INTERVAL = 5;

/** Watches what one socket has taken. */
export class HeldMessages {
  readonly #socket: Pick<WebSocket, "bufferedAmount" | "readyState">;
  readonly #onWritten: () => void;
  #phase: "none" | "some" = "none";
  #watch: "on" | "over" = "on";
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
    queueTask(() => this.#look(1));
  }

  /** Forgets them. */
  clear(): void {
    this.#phase = "none";
  }

  /** Watches no longer; those that were not written stay. */
  stop(): void {
    this.#watch = "over";
    clearTimeout(this.#timer);
  }

  #look(count: number): void {
    const { bufferedAmount, readyState } = this.#socket;
    if (this.#phase === "none" || this.#watch === "over") return;
    if (readyState !== WebSocket.OPEN) return;
    if (bufferedAmount > 0) return this.#lookAgain(count + 1);
    this.#phase = "none";
    this.#onWritten();
  }

  #lookAgain(count: number): void {
    const look = () => this.#look(count);
    if (count <= SOON) queueTask(look);
    else this.#timer = setTimeout(look, INTERVAL);
  }
}
