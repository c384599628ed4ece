/**
 * Sending with backpressure: wait for capacity, queue, wait until it is taken.
 *
 * @module
 */

import type { OutboxLimits } from "../../queue/outbox.ts";
import { type Data, sizeOf } from "../../queue/data.ts";
import type { DropReason } from "../../boundary/protocol.ts";
import { CLIENT_CLOCK, type ClientClock } from "../../platform/clock.ts";
import {
  ConnectionLostError,
  MessageExpiredError,
  OutboxFullError,
} from "../errors/mod.ts";
import type { RemoteConnection } from "../remote/remote_connection.ts";
import type { SendHandle, SendOutcome } from "../remote/send_queue.ts";
import { checkValue, WAIT } from "../options/validate.ts";

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
  /** How long the message may wait, in milliseconds; 0: it goes at once or not at all. @default {the option outbox.ttl} */
  readonly ttl?: number;
}

/** What a queue of writes needs of its connection. */
type Connection = Pick<RemoteConnection, "outgoing" | "cancel">;

/** A message that is being written. */
interface PendingWrite {
  readonly message: Data | Blob;
  readonly bytes: number;
  readonly expiresAt: number;
  readonly settle: (outcome: SendOutcome) => void;
  /** Once it is in the outbox. */
  handle?: SendHandle;
}

const ABORTED: SendOutcome = { kind: "dropped", reason: "aborted" };
const EXPIRED: SendOutcome = { kind: "dropped", reason: "expired" };
const OVERFLOW: SendOutcome = { kind: "dropped", reason: "overflow" };

/** Writes messages in the order of the calls. */
export class WriteQueue {
  readonly #connection: Connection;
  readonly #limits: OutboxLimits;
  readonly #clock: ClientClock;
  /** Messages that wait for capacity. */
  readonly #waiting = new Set<PendingWrite>();

  /** Makes an empty queue in front of the outbox of a connection. */
  constructor(connection: Connection, { limits, clock = CLIENT_CLOCK }: {
    readonly limits: OutboxLimits;
    readonly clock?: ClientClock;
  }) {
    this.#connection = connection;
    this.#limits = limits;
    this.#clock = clock;
    connection.outgoing.onwritable = () => this.#startWaiting();
  }

  /**
   * Writes a message, which nobody else changes any more.
   *
   * @returns What became of it.
   * @throws {RangeError} `ttl` is no duration.
   * @throws {unknown} The reason of a signal that is aborted already.
   */
  async write(
    message: Data | Blob,
    { signal, ttl = Infinity }: WriteOptions,
  ): Promise<SendOutcome> {
    checkValue(ttl, "ttl", WAIT);
    signal?.throwIfAborted();
    const bytes = sizeOf(message);
    if (bytes > this.#limits.maxBytes) return OVERFLOW;
    const expiresAt = this.#clock.now() + ttl;
    const { promise, resolve: settle } = Promise.withResolvers<SendOutcome>();
    const write = { message, bytes, expiresAt, settle };
    const abort = () => this.#abort(write);
    signal?.addEventListener("abort", abort);
    const cancelExpiry = this.#enter(write, ttl);
    try {
      return await promise;
    } finally {
      cancelExpiry();
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Starts a write at once where there is capacity, so that no later `send()` overtakes it. */
  #enter(write: PendingWrite, ttl: number): () => void {
    if (this.#waiting.size === 0 && this.#start(write)) return () => {};
    this.#waiting.add(write);
    if (ttl === Infinity) return () => {};
    return this.#clock.after(ttl, () => this.#giveUp(write, EXPIRED));
  }

  #startWaiting(): void {
    for (const write of this.#waiting) if (!this.#start(write)) return;
  }

  /** Queues a message, if it fits. */
  #start(write: PendingWrite): boolean {
    const { outgoing } = this.#connection;
    if (!outgoing.fits(write.bytes)) return false;
    // First: to push one may make room, which starts those that wait.
    this.#waiting.delete(write);
    const ttl = write.expiresAt - this.#clock.now();
    const { message, settle } = write;
    // What fits does not overflow.
    write.handle = outgoing.push(message, { ttl, settle }) as SendHandle;
    return true;
  }

  #abort(write: PendingWrite): void {
    if (write.handle === undefined) this.#giveUp(write, ABORTED);
    else this.#connection.cancel(write.handle);
  }

  /** Lets a message go that waits for capacity; the next one may be smaller. */
  #giveUp(write: PendingWrite, outcome: SendOutcome): void {
    if (!this.#waiting.delete(write)) return;
    write.settle(outcome);
    this.#startWaiting();
  }
}

/** The error for a message that was dropped, unless by its signal or the end of the socket. */
export function dropError(
  reason: Exclude<DropReason, "aborted" | "closed">,
  limits: OutboxLimits,
): Error {
  if (reason === "overflow") return outboxFull(limits);
  if (reason === "expired") {
    return new MessageExpiredError(
      "Message expired in the outbox: raise its ttl, or send it anew",
      { retryable: true },
    );
  }
  return new ConnectionLostError(
    `Message ${lossText(reason)}`,
    { retryable: reason !== "rejected" },
  );
}

function lossText(reason: DropReason): string {
  if (reason === "rejected") return "refused: too large or unreadable";
  return `lost with its ${
    reason === "unknown"
      ? "worker or connection; it may have been sent"
      : "session"
  }: send it again if that does no harm`;
}

/** The error for a message that does not fit. */
export function outboxFull(
  { maxMessages, maxBytes }: OutboxLimits,
): OutboxFullError {
  return new OutboxFullError(
    `Outbox full (${maxMessages} messages, ${maxBytes} bytes): wait with write(), ` +
      "or raise its limits",
    { retryable: true },
  );
}
