/**
 * Pulling messages: one at a time, by one consumer at a time.
 *
 * @module
 */

import { CLIENT_CLOCK } from "../../platform/clock.ts";
import type { SocketError } from "../errors/mod.ts";
import { checkValue, WAIT } from "../options/validate.ts";

/**
 * What ends the wait of `receive()`.
 *
 * @example Not waiting for ever
 * ```ts
 * import { type ReceiveOptions, ReconnectingWebSocket } from "@holdfast/websocket";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using socket = new ReconnectingWebSocket("ws://localhost", [], {
 *   autoConnect: false,
 * });
 * const options: ReceiveOptions = { timeout: 20 };
 * const error = await assertRejects(() => socket.receive(options), DOMException);
 * assertEquals(error.name, "TimeoutError");
 * ```
 */
export interface ReceiveOptions {
  /** Abort ends the wait; no message is lost. @default {undefined} */
  readonly signal?: AbortSignal;
  /** How long to wait, in milliseconds. @default {Infinity} */
  readonly timeout?: number;
}

/** How a stream of messages ended. */
export interface StreamEnd {
  /** `"requested"`: iteration just stops. `"failed"`: it throws. */
  readonly kind: "requested" | "failed";
  /** What `receive()` rejects with. */
  readonly error: SocketError;
}

/** Takes the next message, or `undefined` at the end. */
type Deliver<T> = (message: T | undefined) => void;

/** Gives out messages as they are pulled. */
export class MessageStream<T> {
  readonly #pull: () => T | undefined;
  #consumer: "none" | "busy" = "none";
  #end: StreamEnd | undefined;
  #waiting: Deliver<T> | undefined;

  /**
   * Makes a stream.
   *
   * @param pull Gives the next message that has arrived, if there is one.
   */
  constructor(pull: () => T | undefined) {
    this.#pull = pull;
  }

  /** Looks for a message to pull. */
  available(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#take(waiting);
  }

  /** Ends the stream. What has arrived can still be pulled. */
  end(end: StreamEnd): void {
    this.#end = end;
    this.available();
  }

  /** The next message. */
  async receive(
    { signal, timeout = Infinity }: ReceiveOptions = {},
  ): Promise<T> {
    checkValue(timeout, "timeout", WAIT);
    signal?.throwIfAborted();
    this.#occupy();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    // No message may be pulled for a promise that has been rejected.
    const fail = (reason: unknown) => {
      this.#waiting = undefined;
      reject(reason);
    };
    const abort = () => fail(signal?.reason);
    signal?.addEventListener("abort", abort);
    const cancel = this.#limit(timeout, fail);
    this.#take((message) =>
      message === undefined ? fail(this.#end?.error) : resolve(message)
    );
    try {
      return await promise;
    } finally {
      cancel();
      signal?.removeEventListener("abort", abort);
      this.#consumer = "none";
    }
  }

  /** All messages; `break` or `return()` releases the consumer. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    let deliver: Deliver<T> | undefined;
    const messages = this.#iterate((resolve) => this.#take(deliver = resolve));
    const leave = messages.return.bind(messages);
    // A generator ends behind the `next()` that waits: that one must not get a message.
    messages.return = (value) => {
      if (deliver === this.#waiting) {
        this.#waiting = undefined;
        deliver?.(undefined);
      }
      return leave(value);
    };
    return messages;
  }

  async *#iterate(
    take: (deliver: Deliver<T>) => void,
  ): AsyncGenerator<T, void, void> {
    this.#occupy();
    try {
      while (true) {
        const message = await new Promise<T | undefined>(take);
        if (message === undefined) break;
        yield message;
      }
    } finally {
      this.#consumer = "none";
    }
    if (this.#end?.kind === "failed") throw this.#end.error;
  }

  #occupy(): void {
    if (this.#consumer === "busy") {
      throw new DOMException(
        "Cannot pull messages: another receive(), iterator or stream does",
        "InvalidStateError",
      );
    }
    this.#consumer = "busy";
  }

  #take(deliver: Deliver<T>): void {
    const message = this.#pull();
    if (message === undefined && this.#end === undefined) {
      this.#waiting = deliver;
    } else deliver(message);
  }

  #limit(timeout: number, fail: (reason: unknown) => void): () => void {
    if (timeout === Infinity) return () => {};
    return CLIENT_CLOCK.after(
      timeout,
      () =>
        fail(
          new DOMException(`No message within ${timeout} ms`, "TimeoutError"),
        ),
    );
  }
}
