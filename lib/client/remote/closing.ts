/**
 * How a connection is closed: queued messages go out first, then the worker
 * gets the `close`. Nothing waits for that longer than the limit.
 *
 * @module
 */

import type { Command, NoticeOf } from "../../boundary/protocol.ts";
import type { ClientClock } from "../../platform/clock.ts";
import type { Post } from "../workers/post_sender.ts";
import type { SendQueue } from "./send_queue.ts";
import type { SessionRecord } from "./session_record.ts";

/** From the constructor to the end. */
export type Phase =
  | { readonly kind: "live" }
  | Closing
  | { readonly kind: "ended" };

/** How a connection ends. */
export type End = Pick<NoticeOf<"closed">, "info" | "cause" | "failure">;

/** Nobody has called `close()`. */
export const LIVE: Phase = { kind: "live" };
/** Nothing will happen any more. */
export const ENDED: Phase = { kind: "ended" };

/** What a connection is closed with. */
export interface CloseRequest {
  readonly closeCode: number | undefined;
  readonly reason: string;
  /** How it ends where there is no worker that closes it. */
  readonly withoutWorker: End;
}

/** From `close()` to the end of the connection. */
export class Closing {
  readonly kind = "closing";
  /** What it was asked for. */
  readonly request: CloseRequest;
  readonly #outgoing: SendQueue;
  /** What it may have to wait for, until the limit. */
  #session: Pick<SessionRecord, "hasUnaccepted"> | undefined;
  #progress: "draining" | "posted" = "draining";
  #cancelLimit: (() => void) | undefined;

  /** Begins: the queue takes no message from now on. */
  constructor(
    request: CloseRequest,
    outgoing: SendQueue,
    session?: Pick<SessionRecord, "hasUnaccepted">,
  ) {
    this.request = request;
    this.#session = session;
    this.#outgoing = outgoing;
    outgoing.stop();
  }

  /** Whether the worker has no `close` yet. */
  get isDraining(): boolean {
    return this.#progress === "draining";
  }

  /**
   * Whether it waits for a server, or a worker, that may be away: with a session,
   * the server has to accept all.
   */
  get mustWait(): boolean {
    return this.isDraining && this.#session?.hasUnaccepted === true;
  }

  /** Calls `act` if the worker has no `close` after so many milliseconds. */
  limit(clock: ClientClock, timeout: number, act: () => void): void {
    this.#cancelLimit = clock.after(timeout, () => {
      this.#session = undefined;
      act();
    });
  }

  /** Adds the `close` to a post once it waits for no message any more. */
  fill(post: Post, id: number): void {
    if (!this.isDraining || this.mustWait || this.#outgoing.waiting > 0) return;
    post.records.push(this.#command({ id, sent: this.#outgoing.crossed }));
  }

  /**
   * Drops what has not crossed, unless it must wait.
   *
   * @returns The `close` that makes the worker wait for nothing more, unless it
   * has one already.
   */
  skipDrain(id: number): Command | undefined {
    if (!this.isDraining || this.mustWait) return undefined;
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
    const { closeCode, reason } = this.request;
    return { type: "close", id, closeCode, reason, sent };
  }
}
