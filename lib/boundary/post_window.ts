/**
 * Flow control between the threads: how many posts may be unacknowledged in one
 * direction.
 *
 * @module
 */

import type { Command, Notice } from "./protocol.ts";

/** Posts that may be unacknowledged, in each direction. */
export const POST_WINDOW = 4;

const WITHOUT_ACK: ReadonlySet<string> = new Set([
  "ack",
  "ready",
  "taken",
  "connect",
  "watch",
  "alive",
]);

/** Returns whether a post takes a place in the window, and is acknowledged. */
export function wantsAck(post: readonly (Command | Notice)[]): boolean {
  return post.some(({ type }) => !WITHOUT_ACK.has(type));
}

/** The window of one direction, on the side that posts. */
export class PostWindow {
  #unacknowledged = 0;

  /** Whether another post may go. */
  get isOpen(): boolean {
    return this.#unacknowledged < POST_WINDOW;
  }

  /** Counts a post that goes, if it is one that is acknowledged. */
  take(post: readonly (Command | Notice)[]): void {
    if (wantsAck(post)) this.#unacknowledged += 1;
  }

  /** The other side has handled a post. */
  acknowledge(): void {
    this.#unacknowledged -= 1;
  }
}
