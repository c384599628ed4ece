/**
 * Those who wait until a message of theirs fits into the outbox.
 *
 * @module
 */

import type { OutboxLimits } from "../../queue/outbox.ts";

interface Waiter {
  readonly bytes: number;
  readonly resolve: () => void;
}

/** Waits for room, first come, first served. */
export class RoomQueue {
  readonly #limits: OutboxLimits;
  readonly #fits: (bytes: number) => boolean;
  readonly #waiters = new Set<Waiter>();
  #state: "waiting" | "ended" = "waiting";

  /** Makes an empty queue; `fits` tells whether so many more bytes fit now. */
  constructor(limits: OutboxLimits, fits: (bytes: number) => boolean) {
    this.#limits = limits;
    this.#fits = fits;
  }

  /**
   * Resolves when a message of this size fits, or there will never be room again
   * because it has all come to an end: the caller looks again in either case.
   *
   * @throws {RangeError} It would not even fit into an empty outbox.
   */
  async wait(bytes: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { maxMessages, maxBytes } = this.#limits;
    if (bytes > maxBytes || maxMessages < 1) {
      throw new RangeError(
        `Cannot queue a message of ${bytes} bytes: the outbox holds ` +
          `${maxMessages} messages and ${maxBytes} bytes at most`,
      );
    }
    if (this.#state === "ended") return;
    if (this.#waiters.size === 0 && this.#fits(bytes)) return;
    await this.#turn(bytes, signal);
  }

  /** Lets those go ahead who fit now, all of them together. */
  release(): void {
    let bytes = 0;
    for (const waiter of this.#waiters) {
      bytes += waiter.bytes;
      if (!this.#fits(bytes)) return;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** Lets everybody go. */
  end(): void {
    this.#state = "ended";
    for (const { resolve } of this.#waiters) resolve();
    this.#waiters.clear();
  }

  async #turn(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { bytes, resolve };
    const abort = () => {
      this.#waiters.delete(waiter);
      reject(signal?.reason);
      this.release();
    };
    this.#waiters.add(waiter);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }
}
