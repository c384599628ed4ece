/**
 * Bounded waits, most of them for what a socket reports.
 *
 * @module
 */

import { deadline } from "@std/async";
import type {
  MessageData,
  ReconnectingWebSocket,
  ReconnectingWebSocketEventMap,
  WorkerWebSocket,
  WorkerWebSocketEventMap,
} from "@holdfast/websocket";

/**
 * How long anything may take, in milliseconds: far more than a machine that is
 * slow and busy needs to start a process, and than any limit of what is tested.
 */
const LIMIT = 60_000;
/** How long `until()` waits before it looks again, in milliseconds. */
const PAUSE = 20;

/** What both classes are, whatever the types of Node make of `EventTarget`. */
interface Source {
  addEventListener(
    type: string,
    listener: (event: Event) => void,
    options?: AddEventListenerOptions,
  ): void;
}

/** Waits no longer than 60 s. */
export function within<T>(promise: Promise<T>): Promise<T> {
  return deadline(promise, LIMIT);
}

/**
 * Waits for what nobody reports: looks again and again until it is true.
 *
 * @param isTrue May also do something on the way, such as to try again.
 * @param limit How long to wait at most, in milliseconds.
 */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  limit: number = LIMIT,
): Promise<void> {
  const end = performance.now() + limit;
  while (!await isTrue()) {
    if (performance.now() > end) {
      throw new Error(`Not true within ${limit} ms: ${isTrue}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Waits for the next event of a type. */
export function next<K extends keyof ReconnectingWebSocketEventMap>(
  target: ReconnectingWebSocket,
  type: K,
): Promise<ReconnectingWebSocketEventMap[K]>;
/** Waits for the next event of a type. */
export function next<K extends keyof WorkerWebSocketEventMap>(
  target: WorkerWebSocket,
  type: K,
): Promise<WorkerWebSocketEventMap[K]>;
export function next(target: Source, type: string): Promise<Event> {
  const { promise, resolve } = Promise.withResolvers<Event>();
  target.addEventListener(type, (event: Event) => resolve(event), {
    once: true,
  });
  return within(promise);
}

/** Waits for the next message that a predicate likes. */
export function nextMessage(
  target: Source,
  wanted: (data: unknown) => boolean,
): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const listening = new AbortController();
  target.addEventListener("message", (event) => {
    if (!(event instanceof MessageEvent) || !wanted(event.data)) return;
    listening.abort();
    resolve(event.data);
  }, { signal: listening.signal });
  return within(promise);
}

/** Collects the data of messages from now on. */
export function collect(target: Source): readonly unknown[] {
  const messages: unknown[] = [];
  target.addEventListener("message", (event) => {
    if (event instanceof MessageEvent) messages.push(event.data);
  });
  return messages;
}

/** Waits for a rejection, and gives the error. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await within(promise);
  } catch (error) {
    return error;
  }
  throw new Error("It did not fail");
}

/** Pulls so many messages. */
export async function pull(
  socket: ReconnectingWebSocket,
  count: number,
): Promise<readonly MessageData[]> {
  const messages: MessageData[] = [];
  while (messages.length < count) {
    messages.push(await socket.receive({ timeout: LIMIT }));
  }
  return messages;
}

const TYPES = [
  "open",
  "message",
  "disconnect",
  "error",
  "close",
  "drop",
] as const satisfies readonly (keyof ReconnectingWebSocketEventMap)[];

/** Writes down what a socket fires, in order, with its `readyState` at that moment. */
export function record(socket: ReconnectingWebSocket): readonly string[] {
  const log: string[] = [];
  for (const type of TYPES) {
    socket.addEventListener(
      type,
      () => log.push(`${type} ${socket.readyState}`),
    );
  }
  return log;
}

/** Blocks this thread by computing, as an application does. */
export function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Blocks this thread as well, and leaves the processor to what is tested. */
export function blockIdly(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
