/**
 * Sending with backpressure: wait for room, queue, wait until it is taken.
 *
 * @module
 */

import type { OutboxLimits } from "../../queue/outbox.ts";
import type { DropReason } from "../../boundary/protocol.ts";
import { PLATFORM_CLOCK } from "../../platform/clock.ts";
import {
  ConnectionLostError,
  MessageExpiredError,
  OutboxFullError,
  type SocketError,
} from "../errors/mod.ts";
import type { RemoteConnection } from "../remote/remote_connection.ts";
import { type Sendable, snapshot } from "../remote/message_data.ts";
import { sizeOf } from "../../queue/data.ts";
import type {
  SendOptions,
  SendOutcome,
  SendTicket,
} from "../remote/send_queue.ts";
import { check, WAIT } from "../options/validate.ts";

/**
 * How one message is written.
 *
 * @example Now or never
 * ```ts
 * import {
 *   MessageExpiredError,
 *   ReconnectingWebSocket,
 *   type WriteOptions,
 * } from "@holdfast/websocket";
 * import { assertRejects } from "@std/assert";
 *
 * await using socket = new ReconnectingWebSocket("ws://localhost", [], {
 *   autoConnect: false,
 * });
 * const options: WriteOptions = { ttl: 20 };
 * await assertRejects(() => socket.write("a quote", options), MessageExpiredError);
 * ```
 */
export interface WriteOptions {
  /** Abort takes the message out of the queue, unless it is too late. @default {undefined} */
  readonly signal?: AbortSignal;
  /** How long the message may wait, in milliseconds; else `outbox.ttl`. @default {Infinity} */
  readonly ttl?: number;
}

/** What a writer stands on. */
export interface WriteQueueContext {
  readonly connection: RemoteConnection;
  /** Queues a message. */
  send(data: Sendable, options: SendOptions): SendTicket | "overflow";
  readonly limits: OutboxLimits;
  /** The error that says that the end has begun. */
  ended(): SocketError;
}

/** A call that is under way. */
interface PendingWrite {
  readonly bytes: number;
  /** Queues the message, if there is room. */
  start(): "queued" | "overflow";
}

/** Writes messages in the order of the calls. */
export class WriteQueue {
  readonly #context: WriteQueueContext;
  /** Those that wait for room. */
  readonly #pending = new Set<PendingWrite>();

  /** Makes a writer with nobody waiting. */
  constructor(context: WriteQueueContext) {
    this.#context = context;
  }

  /** Settles when the transport has taken the message, or it was dropped. */
  async write(
    data: Sendable,
    { signal, ttl = Infinity }: WriteOptions,
  ): Promise<void> {
    check(ttl, "ttl", WAIT);
    signal?.throwIfAborted();
    const { connection, send, limits } = this.#context;
    const message = snapshot(data);
    const bytes = sizeOf(message);
    if (bytes > limits.maxBytes) throw outboxFull(limits);
    const { promise, resolve, reject } = Promise.withResolvers<SendOutcome>();
    const expiresAt = PLATFORM_CLOCK.now() + ttl;
    let ticket: SendTicket | "overflow" = "overflow";
    const start = () => {
      const ttl = Math.max(0, expiresAt - PLATFORM_CLOCK.now());
      ticket = send(message, { ttl, settle: resolve });
      return ticket === "overflow" ? ticket : "queued";
    };
    const job: PendingWrite = { bytes, start };
    const abort = () => {
      if (ticket !== "overflow") connection.cancel(ticket);
      else if (this.#pending.delete(job)) reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort);
    const cancel = this.#enter(job, ttl, reject);
    try {
      const outcome = await promise;
      if (outcome.kind === "dropped") {
        throw this.#errorOf(outcome.reason, signal);
      }
    } finally {
      cancel();
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * Starts those who wait and fit by now, lest a `send()` overtakes them: that
   * there is room is told in a microtask, and one of them may be the caller's.
   */
  catchUp(): void {
    for (const job of this.#pending) {
      if (!this.#fits(job) || job.start() === "overflow") return;
      this.#pending.delete(job);
    }
  }

  /** The end has come: those who wait are dropped now, before it is told. */
  end(): void {
    for (const job of this.#pending) job.start();
    this.#pending.clear();
  }

  /** Starts a job, at once where there is room, lest a later `send()` overtakes it. */
  #enter(
    job: PendingWrite,
    ttl: number,
    reject: (reason: unknown) => void,
  ): () => void {
    const idle = this.#pending.size === 0;
    if (idle && this.#fits(job) && job.start() === "queued") return () => {};
    this.#pending.add(job);
    if (idle) this.#work();
    if (ttl === Infinity) return () => {};
    return PLATFORM_CLOCK.after(ttl, () => {
      if (this.#pending.delete(job)) reject(expired());
    });
  }

  async #work(): Promise<void> {
    for (const job of this.#pending) {
      while (this.#pending.has(job)) {
        // Once the end has begun there is no wait, and what is sent is dropped.
        await this.#context.connection.waitForCapacity(job.bytes);
        // `catchUp()` may have been faster.
        if (this.#pending.has(job) && job.start() === "queued") {
          this.#pending.delete(job);
        }
      }
    }
  }

  #fits({ bytes }: PendingWrite): boolean {
    const { connection, limits } = this.#context;
    return connection.outboxMessages < limits.maxMessages &&
      connection.bufferedAmount + bytes <= limits.maxBytes;
  }

  #errorOf(reason: DropReason, signal: AbortSignal | undefined): unknown {
    if (reason === "expired") return expired();
    if (reason === "overflow") return outboxFull(this.#context.limits);
    if (reason === "aborted") return signal?.reason;
    if (reason === "closed") return this.#context.ended();
    return new ConnectionLostError(
      `Message dropped (${reason}): send it again if that does no harm`,
      { retryable: true },
    );
  }
}

/** The error for a message that does not fit. */
export function outboxFull(
  { maxMessages, maxBytes }: OutboxLimits,
): OutboxFullError {
  return new OutboxFullError(
    `Outbox full (at most ${maxMessages} messages, ${maxBytes} bytes): wait with write(), ` +
      "or change the option outbox",
    { retryable: true },
  );
}

function expired(): MessageExpiredError {
  return new MessageExpiredError(
    "Message expired in the outbox: raise its ttl, or send it anew",
    {
      retryable: true,
    },
  );
}
