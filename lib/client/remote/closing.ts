/**
 * How a connection is closed: queued messages go out first, then the worker
 * gets the `close`. Nothing waits for that longer than the limit.
 *
 * @module
 */

import type { Command } from "../../boundary/protocol.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Post } from "../workers/post_sender.ts";
import type { SendQueue } from "./send_queue.ts";

/** What a connection is closed with. */
export interface CloseRequest {
  readonly closeCode: number | undefined;
  readonly reason: string;
}

/** From `close()` to the end of the connection. */
export class Closing {
  readonly kind = "closing";
  readonly #request: CloseRequest;
  readonly #outgoing: SendQueue;
  #progress: "draining" | "posted" = "draining";
  #cancelLimit: (() => void) | undefined;

  /** Begins: the queue takes no message from now on. */
  constructor(request: CloseRequest, outgoing: SendQueue) {
    this.#request = request;
    this.#outgoing = outgoing;
    outgoing.stop();
  }

  /** Whether the worker has no `close` yet. */
  get isDraining(): boolean {
    return this.#progress === "draining";
  }

  /** Calls `act` if the worker has no `close` after so many milliseconds. */
  limit(clock: Clock, timeout: number, act: () => void): void {
    this.#cancelLimit = clock.after(timeout, act);
  }

  /** Adds the `close` to a post once no message waits to cross. */
  fill(post: Post, id: number): void {
    if (!this.isDraining || this.#outgoing.waiting > 0) return;
    post.records.push(this.#command({ id, sent: this.#outgoing.crossed }));
  }

  /**
   * Drops what has not crossed.
   *
   * @returns The `close` that makes the worker wait for nothing more, unless it
   * has one already.
   */
  skipDrain(id: number): Command | undefined {
    if (!this.isDraining) return undefined;
    const command = this.#command({ id, sent: this.#outgoing.settled });
    this.#outgoing.clear("closed");
    return command;
  }

  /** The connection has ended. */
  end(): void {
    this.#cancelLimit?.();
  }

  #command(
    { id, sent }: { readonly id: number; readonly sent: number },
  ): Command {
    this.#cancelLimit?.();
    this.#progress = "posted";
    const { closeCode, reason } = this.#request;
    const command = { type: "close", id, reason, sent } as const;
    return closeCode === undefined ? command : { ...command, closeCode };
  }
}
