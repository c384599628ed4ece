/**
 * How a connection is closed: what was queued goes out first, then the worker
 * is told, and nobody waits for that longer than the limit.
 *
 * @module
 */

import type { Command } from "../../boundary/protocol.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Post } from "../workers/post_sender.ts";
import type { Attachment } from "../workers/attachment.ts";
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
  #progress: "draining" | "told" = "draining";
  #cancelLimit: (() => void) | undefined;

  /** Begins: the queue takes no message from now on. */
  constructor(request: CloseRequest, outgoing: SendQueue) {
    this.#request = request;
    this.#outgoing = outgoing;
    outgoing.stop();
  }

  /** Whether the worker does not know yet. */
  get isDraining(): boolean {
    return this.#progress === "draining";
  }

  /** Has something done about it if the worker does not know after so many milliseconds. */
  limit(clock: Clock, timeout: number, act: () => void): void {
    this.#cancelLimit = clock.after(timeout, act);
  }

  /** Tells the worker once nothing waits to cross any more. */
  fill(post: Post, id: number): void {
    if (!this.isDraining || this.#outgoing.waiting > 0) return;
    post.records.push(this.#closeCommand({ id, sent: this.#outgoing.crossed }));
  }

  /** Drops what has not crossed, and has the worker, if any, wait for nothing more. */
  skipDrain(seat: Attachment | undefined): void {
    if (seat === undefined || !this.isDraining) return;
    const { id } = seat;
    seat.send(this.#closeCommand({ id, sent: this.#outgoing.settled }));
    this.#outgoing.clear("closed");
  }

  /** The connection has ended. */
  end(): void {
    this.#cancelLimit?.();
  }

  #closeCommand(
    { id, sent }: { readonly id: number; readonly sent: number },
  ): Command {
    this.#cancelLimit?.();
    this.#progress = "told";
    const { closeCode, reason } = this.#request;
    const command = { type: "close", id, reason, sent } as const;
    return closeCode === undefined ? command : { ...command, closeCode };
  }
}
