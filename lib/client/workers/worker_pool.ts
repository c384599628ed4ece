/**
 * Some workers and the connections in them.
 *
 * @module
 */

import type { EnvironmentChange } from "../../boundary/protocol.ts";
import { CLIENT_CLOCK, type ClientClock } from "../../platform/clock.ts";
import type { StartWorkerPort } from "./worker_port.ts";
import { isOffline, watchEnvironment } from "./environment.ts";
import type { HostedConnection } from "./hosted_connection.ts";
import {
  WorkerSupervisor,
  type WorkerSupervisorOptions,
} from "./worker_supervisor.ts";

/** At most this many extra workers: enough to halve 50,000 connections until one is left. */
const MAX_EXTRA_WORKERS = 16;

/** What a pool is made of. */
export interface WorkerPoolOptions {
  /** Starts a worker. */
  readonly start: StartWorkerPort;
  /** How many workers there are at most. @default {1} */
  readonly size?: number;
  /** @default {CLIENT_CLOCK} */
  readonly clock?: ClientClock;
}

/**
 * Gives each connection to the worker with the fewest connections, the first of
 * them where several have as few. A worker starts with its first connection and
 * ends with its last.
 *
 * Deno's own WebSocket keeps its TCP connection until the peer answers the close
 * frame, or until its worker ends. Connections over it have workers of their own,
 * which no other connection keeps alive.
 */
export class WorkerPool implements AsyncDisposable {
  readonly clock: ClientClock;
  readonly #supervisors: readonly WorkerSupervisor[];
  /** For connections over Deno's own WebSocket. */
  readonly #native: readonly WorkerSupervisor[];
  /** Extra ones, for connections that were split from others. */
  readonly #extra = new Set<WorkerSupervisor>();
  readonly #options: WorkerSupervisorOptions;
  readonly #hosts = new Map<HostedConnection, WorkerSupervisor>();
  #network: "online" | "offline" = "online";
  #unwatch = () => {};
  #disposal: PromiseWithResolvers<void> | undefined;

  /** Makes a pool without workers. */
  constructor({ start, size = 1, clock = CLIENT_CLOCK }: WorkerPoolOptions) {
    this.clock = clock;
    this.#options = {
      start,
      clock,
      split: (connections, crashes) => this.#split(connections, crashes),
    };
    const makeSupervisor = () => new WorkerSupervisor(this.#options);
    this.#supervisors = Array.from({ length: size }, makeSupervisor);
    this.#native = Array.from({ length: size }, makeSupervisor);
  }

  /** How many workers there are at most. */
  get size(): number {
    return this.#supervisors.length;
  }

  /**
   * Takes a connection in.
   *
   * @throws {DOMException} `InvalidStateError` when the pool has been disposed of.
   */
  join(connection: HostedConnection): void {
    this.checkOpen();
    if (this.#hosts.size === 0) this.#watch();
    const supervisors = keepsSockets(connection)
      ? this.#native
      : this.#supervisors;
    const supervisor = supervisors.reduce((a, b) =>
      b.connections.size < a.connections.size ? b : a
    );
    this.#hosts.set(connection, supervisor);
    supervisor.join(connection);
  }

  /**
   * Says whether a connection may join.
   *
   * @throws {DOMException} `InvalidStateError` when the pool has been disposed of.
   */
  checkOpen(): void {
    if (!this.#disposal) return;
    throw new DOMException(
      "Cannot open a connection: its WorkerHost has been disposed of",
      "InvalidStateError",
    );
  }

  /** Immediately starts a new worker in place of one that crashed, for `reconnect()`. */
  restartNow(connection: HostedConnection): void {
    this.#hosts.get(connection)?.restartNow();
  }

  /** Lets a connection go, once it is closed or forgotten. */
  leave(connection: HostedConnection): void {
    const supervisor = this.#hosts.get(connection);
    if (supervisor === undefined) return;
    this.#hosts.delete(connection);
    supervisor.leave(connection);
    if (supervisor.connections.size === 0) this.#extra.delete(supervisor);
    if (this.#hosts.size > 0) return;
    this.#unwatch();
    this.#disposal?.resolve();
  }

  /** Closes all connections and waits until the last of them is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= Promise.withResolvers();
    if (this.#hosts.size === 0) this.#disposal.resolve();
    for (const connection of [...this.#hosts.keys()]) {
      connection.close(1000, "");
    }
    await this.#disposal.promise;
  }

  /** A worker of their own for connections whose worker crashes again and again. */
  #split(
    connections: readonly HostedConnection[],
    crashes: number,
  ): WorkerSupervisor | undefined {
    if (this.#extra.size >= MAX_EXTRA_WORKERS) return undefined;
    const supervisor = new WorkerSupervisor(this.#options, crashes);
    supervisor.notify(this.#network);
    this.#extra.add(supervisor);
    for (const connection of connections) {
      this.#hosts.set(connection, supervisor);
    }
    return supervisor;
  }

  #watch(): void {
    // The workers may remember the network of a time before.
    this.#notify(isOffline() ? "offline" : "online");
    this.#unwatch = watchEnvironment((change) => this.#notify(change));
  }

  #notify(change: EnvironmentChange): void {
    if (change === "online" || change === "offline") this.#network = change;
    for (
      const supervisor of [
        ...this.#supervisors,
        ...this.#native,
        ...this.#extra,
      ]
    ) supervisor.notify(change);
  }
}

/** Browsers drop a socket by themselves, a while after they sent a close frame. */
function keepsSockets({ transport }: HostedConnection): boolean {
  return transport === "native" && "Deno" in globalThis;
}
