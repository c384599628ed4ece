/**
 * Messages as Web Streams, with backpressure both ways.
 *
 * @module
 */

import type { Sendable } from "../remote/message_data.ts";
import type { MessageStream } from "./message_stream.ts";

/** How many writes may be on their way while the next one is accepted. */
const WRITE_WINDOW = 64;

/** What a writable stream stands on. */
export interface WritableTarget {
  /** Settles when the transport has taken the message. */
  write(data: Sendable): Promise<void>;
  /** Closes, and waits for the end. */
  close(): Promise<void>;
  /** The stream is errored: nothing can be written to it any more. */
  errored(): void;
}

/**
 * Messages as they are read: nothing is pulled ahead. The consumer is released
 * when the stream is cancelled, which does not close the socket.
 */
export function readableOf<T>(
  stream: MessageStream<T>,
  { begin, released }: {
    /** Called before the first message is pulled. */
    readonly begin: () => void;
    /** Called when the stream was cancelled. */
    readonly released: () => void;
  },
): ReadableStream<T> {
  let messages: AsyncGenerator<T, void, void> | undefined;
  return new ReadableStream<T>({
    async pull(controller) {
      if (messages === undefined) begin();
      messages ??= stream[Symbol.asyncIterator]();
      const { done, value } = await messages.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await messages?.return();
      released();
    },
  }, { highWaterMark: 0 });
}

/**
 * Messages to send. A message that is dropped errors the stream; closing or
 * aborting it closes the socket.
 */
export function writableOf(target: WritableTarget): WritableStream<Sendable> {
  const onTheirWay = new Set<Promise<void>>();
  const close = () => target.close();
  let isErrored = false;
  return new WritableStream<Sendable>({
    start({ signal }) {
      // The stream itself waits for the writes that are under way, which close() ends.
      signal.addEventListener("abort", close);
    },
    async write(data, controller) {
      const written = target.write(data);
      onTheirWay.add(written);
      written.then(
        () => onTheirWay.delete(written),
        (error: unknown) => {
          controller.error(error);
          if (!isErrored) target.errored();
          isErrored = true;
        },
      );
      if (onTheirWay.size >= WRITE_WINDOW) await Promise.race(onTheirWay);
    },
    async close() {
      await Promise.all(onTheirWay);
      await close();
    },
    abort: close,
  });
}
