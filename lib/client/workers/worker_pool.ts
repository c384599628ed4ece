/**
 * Some workers and the connections in them.
 *
 * @module
 */

import type { EnvironmentChange } from "../../boundary/protocol.ts";
import { type Clock, PLATFORM_CLOCK } from "../../platform/clock.ts";
import type { StartWorkerPort } from "./web_worker_port.ts";
import { isOffline, watchEnvironment } from "./environment.ts";
import {
  type HostedConnection,
  WorkerSupervisor,
} from "./worker_supervisor.ts";

/** What a pool is made of. */
export interface WorkerPoolOptions {
  /** Starts a worker. */
  readonly start: StartWorkerPort;
  /** How many workers there are at most. @default {1} */
  readonly size?: number;
  /** @default {PLATFORM_CLOCK} */
  readonly clock?: Clock;
}

/**
 * Gives each connection to the worker with the fewest connections, the first of
 * them where several have as few. A worker starts with its first connection and
 * ends with its last.
 */
export class WorkerPool implements AsyncDisposable {
  readonly clock: Clock;
  readonly #supervisors: readonly WorkerSupervisor[];
  readonly #hosts = new Map<HostedConnection, WorkerSupervisor>();
  #unwatch = () => {};
  #disposal: PromiseWithResolvers<void> | undefined;

  /** Makes a pool without workers. */
  constructor({ start, size = 1, clock = PLATFORM_CLOCK }: WorkerPoolOptions) {
    this.clock = clock;
    this.#supervisors = Array.from(
      { length: size },
      () => new WorkerSupervisor(start, clock),
    );
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
  join(tenant: HostedConnection): void {
    if (this.#disposal) {
      throw new DOMException(
        "Cannot open a connection: its WorkerHost has been disposed of",
        "InvalidStateError",
      );
    }
    if (this.#hosts.size === 0) this.#watch();
    const slot = this.#supervisors.reduce((a, b) =>
      b.connections.size < a.connections.size ? b : a
    );
    this.#hosts.set(tenant, slot);
    slot.join(tenant);
  }

  /** Replaces a worker that crashed at once, for a connection in a hurry. */
  restartNow(tenant: HostedConnection): void {
    this.#hosts.get(tenant)?.restartNow();
  }

  /** Lets a connection go, once it is closed or forgotten. */
  leave(tenant: HostedConnection): void {
    const slot = this.#hosts.get(tenant);
    if (slot === undefined) return;
    this.#hosts.delete(tenant);
    slot.leave(tenant);
    if (this.#hosts.size > 0) return;
    this.#unwatch();
    this.#disposal?.resolve();
  }

  /** Closes all connections and waits until the last of them is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= Promise.withResolvers();
    if (this.#hosts.size === 0) this.#disposal.resolve();
    for (const tenant of [...this.#hosts.keys()]) tenant.close(1000, "");
    await this.#disposal.promise;
  }

  #watch(): void {
    const tell = (change: EnvironmentChange) => {
      for (const slot of this.#supervisors) slot.notify(change);
    };
    // They may remember what was so before the last connection went.
    tell(isOffline() ? "offline" : "online");
    this.#unwatch = watchEnvironment(tell);
  }
}
