/**
 * The workers that connections live in, as far as the application can choose them.
 *
 * @module
 */

import { startWorker } from "./web_worker_port.ts";
import { startInThread } from "./in_thread_port.ts";
import { startTabs } from "./tabs_port.ts";
import { WorkerPool } from "./worker_pool.ts";

/**
 * How a {@linkcode WorkerHost} is made.
 *
 * @example A script that stands where a bundler put it
 * ```ts
 * import {
 *   ReconnectingWebSocket,
 *   WorkerHost,
 *   type WorkerHostOptions,
 * } from "@holdfast/websocket";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) =>
 *   Deno.upgradeWebSocket(request).response
 * );
 * const options: WorkerHostOptions = {
 *   url: import.meta.resolve("@holdfast/websocket/worker"),
 * };
 * await using host = new WorkerHost(options);
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   worker: host,
 * });
 * await socket.opened;
 * ```
 */
export interface WorkerHostOptions {
  /**
   * How many workers there are at most. Each connection goes to the worker with
   * the fewest connections. In Deno, connections with `transport: "native"` have
   * as many of their own, since only the end of its worker drops such a
   * connection when the server does not answer a close frame.
   *
   * @default {1}
   */
  readonly size?: number;
  /**
   * The script of the worker, where it is not to be found beside this module,
   * for example because a bundler moved it. It must be `@holdfast/websocket/worker`
   * of this very release.
   */
  readonly url?: string | URL;
  /**
   * One worker for all tabs of the origin, as with `worker: "tabs"`; `size` is 1
   * then. `"always"`: in Firefox and Safari too, where a tab that is blocked
   * silences all others.
   *
   * @default {undefined}
   */
  readonly tabs?: "auto" | "always";
}

/** Pools are not part of the public API. */
const pools = new WeakMap<WorkerHost, WorkerPool>();

/**
 * Owns workers for connections to live in.
 *
 * All connections share one worker unless they are given a host of their own. Use
 * one where connections must not slow each other down. A worker starts with its
 * first connection and ends with its last, so a host without a connection costs
 * nothing and keeps no process alive. A worker that crashes is replaced. If workers
 * crash again and again, the connections are divided among more workers, until the
 * faulty connection is alone. Then that connection ends.
 *
 * @example Two workers for many connections
 * ```ts
 * import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";
 *
 * await using host = new WorkerHost({ size: 2 });
 * for (const feed of ["ws://localhost/a", "ws://localhost/b"]) {
 *   new ReconnectingWebSocket(feed, [], { worker: host, autoConnect: false });
 * }
 * ```
 */
export class WorkerHost implements AsyncDisposable {
  /**
   * Makes a host; workers start with the first connections.
   *
   * @param options The number of workers and their script.
   * @throws {RangeError} `size` is no positive integer.
   */
  constructor(options: WorkerHostOptions = {}) {
    const { size = 1, url, tabs } = options;
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(
        `Cannot make a WorkerHost: size must be a positive integer, not ${size}`,
      );
    }
    const start = tabs ? startTabs({ url, tabs }) : startWorker(url);
    pools.set(this, new WorkerPool({ start, size: tabs ? 1 : size }));
  }

  /** How many workers there are at most. */
  get size(): number {
    return poolOf(this).size;
  }

  /**
   * Closes all connections of this host and waits until the last of them is
   * closed. New ones are refused with an `InvalidStateError`.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return poolOf(this)[Symbol.asyncDispose]();
  }
}

/** Where a connection wants to live. */
export type WorkerChoice =
  | WorkerHost
  | "shared"
  | "dedicated"
  | "tabs"
  | "none";

let shared: WorkerPool | undefined;
let ofTabs: WorkerPool | undefined;
let inThread: WorkerPool | undefined;

/** The pool for a choice. A pool without connections costs nothing. */
export function choosePool(choice: WorkerChoice): WorkerPool {
  switch (choice) {
    case "shared":
      return shared ??= new WorkerPool({ start: startWorker() });
    case "tabs":
      return ofTabs ??= new WorkerPool({ start: startTabs({ tabs: "auto" }) });
    case "none":
      return inThread ??= new WorkerPool({ start: startInThread });
    case "dedicated":
      return new WorkerPool({ start: startWorker() });
  }
  return poolOf(choice);
}

function poolOf(host: WorkerHost): WorkerPool {
  const pool = pools.get(host);
  if (pool) return pool;
  throw new TypeError(
    "This WorkerHost is of another copy of @holdfast/websocket: let the bundler " +
      "or lockfile keep one",
  );
}
