/**
 * What a case of the common suite is given, and what it may ask.
 *
 * @module
 */

import type { ReconnectingWebSocket } from "@holdfast/websocket";

/** What a runtime gives, besides what all of them do. */
export interface Abilities {
  /** The transport that `"auto"` means. */
  readonly transport: "tcp" | "ws" | "native";
  /** What else. */
  readonly gives: readonly Ability[];
}

/** What not all runtimes give. */
export type Ability =
  /** Ping frames, statuses, headers and backpressure. */
  | "network"
  /** The socket is off the main thread. */
  | "isolation"
  /** The first connection is made even if the main thread is blocked from the start. */
  | "start"
  /** Tabs share a worker, if asked. */
  | "tabs";

/** What a case works with. */
export interface Stage extends Abilities {
  /** Whether the runtime gives `network`. */
  readonly isFull: boolean;
  /** Host and port of the server. */
  readonly host: string;
  /** Gives a URL of the server, under an id of its own. */
  url(path: string): string;
  /** A URL where nobody listens. */
  nowhere(): Promise<string>;
  /** What the server has seen of a URL. */
  seen(url: string): Promise<Seen>;
}

/** What the server has seen. */
export interface Seen {
  /** When a frame came, in milliseconds. */
  readonly heard: readonly number[];
  /** When it reported this, on the same clock. */
  readonly now: number;
  /** When each of its connections was made. */
  readonly connectedAt: readonly number[];
  /** How much text and binary data came, in bytes. */
  readonly received: number;
  readonly closes: readonly (readonly [closeCode: number, reason: string])[];
}

/** One promise, and what proves it. */
export interface Case {
  readonly name: string;
  /** Runtimes that do not give this do without the case. */
  readonly needs?: Ability;
  readonly run: (stage: Stage) => Promise<void>;
}

/** Fails unless both are the same as JSON. */
export function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a}, and ${b} was expected`);
}

/**
 * Fails unless both are the same as JSON in the end: a server may see a thing
 * later than its client.
 */
export async function becomes(
  read: () => Promise<unknown>,
  expected: unknown,
): Promise<void> {
  const isExpected = async () =>
    JSON.stringify(await read()) === JSON.stringify(expected);
  for (let left = 200; left > 0 && !await isExpected(); left -= 1) {
    await wait(20);
  }
  equal(await read(), expected);
}

/** Fails unless `holds`. */
export function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** Fails unless `action` throws or rejects with an error of this name. */
export async function fails(
  name: string,
  action: () => unknown,
): Promise<Error> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Error && error.name === name) return error;
    throw error;
  }
  throw new Error(`Nothing was thrown, and ${name} was expected`);
}

/** Waits for an event. */
export function next<E extends Event>(
  target: EventTarget,
  type: string,
): Promise<E> {
  return new Promise((resolve) => {
    target.addEventListener(type, (event) => resolve(event as E), {
      once: true,
    });
  });
}

/** Blocks this thread for so many milliseconds, without processor time where that can be. */
export function blockIdly(duration: number): void {
  try {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(cell, 0, 0, duration);
  } catch {
    // Pages may not wait.
    block(duration);
  }
}

/** Keeps this thread busy for so many milliseconds. */
export function block(duration: number): void {
  const end = performance.now() + duration;
  while (performance.now() < end);
}

/** Waits for so many milliseconds. */
export function wait(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration));
}

/** Closes a socket, and gives how it ended. */
export async function end(
  socket: ReconnectingWebSocket,
): Promise<void> {
  socket.close();
  await socket.closed;
}

/** The times between two instants that follow each other. */
export function gapsOf(instants: readonly number[]): number[] {
  return instants.slice(1).map((instant, index) => instant - instants[index]!);
}
