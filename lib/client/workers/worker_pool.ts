/**
 * Some workers and the connections in them.
 *
 * @module
 */

import type { EnvironmentChange } from "../../boundary/protocol.ts";
import { type Clock, PLATFORM_CLOCK } from "../../platform/clock.ts";
import type { StartEndpoint } from "./web_worker_port.ts";
import { isOffline, watchEnvironment } from "./environment.ts";
import { type Tenant, WorkerSlot } from "./worker_supervisor.ts";

/** What a pool is made of. */
export interface WorkerPoolOptions {
  /** Starts a worker. */
  readonly start: StartEndpoint;
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
  readonly #slots: readonly WorkerSlot[];
  readonly #homes = new Map<Tenant, WorkerSlot>();
  #unwatch = () => {};
  #disposal: PromiseWithResolvers<void> | undefined;

  /** Makes a pool without workers. */
  constructor({ start, size = 1, clock = PLATFORM_CLOCK }: WorkerPoolOptions) {
    this.clock = clock;
    this.#slots = Array.from(
      { length: size },
      () => new WorkerSlot(start, clock),
    );
  }

  /** How many workers there are at most. */
  get size(): number {
    return this.#slots.length;
  }

  /**
   * Takes a connection in.
   *
   * @throws {DOMException} `InvalidStateError` when the pool has been disposed of.
   */
  join(tenant: Tenant): void {
    if (this.#disposal) {
      throw new DOMException(
        "Cannot open a connection: its WorkerHost has been disposed of",
        "InvalidStateError",
      );
    }
    if (this.#homes.size === 0) this.#watch();
    const slot = this.#slots.reduce((a, b) =>
      b.tenants.size < a.tenants.size ? b : a
    );
    this.#homes.set(tenant, slot);
    slot.join(tenant);
  }

  /** Replaces a worker that crashed at once, for a connection in a hurry. */
  hurry(tenant: Tenant): void {
    this.#homes.get(tenant)?.hurry();
  }

  /** Lets a connection go, once it is closed or forgotten. */
  leave(tenant: Tenant): void {
    const slot = this.#homes.get(tenant);
    if (slot === undefined) return;
    this.#homes.delete(tenant);
    slot.leave(tenant);
    if (this.#homes.size > 0) return;
    this.#unwatch();
    this.#disposal?.resolve();
  }

  /** Closes all connections and waits until the last of them is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= Promise.withResolvers();
    if (this.#homes.size === 0) this.#disposal.resolve();
    for (const tenant of [...this.#homes.keys()]) tenant.close(1000, "");
    await this.#disposal.promise;
  }

  #watch(): void {
    const tell = (change: EnvironmentChange) => {
      for (const slot of this.#slots) slot.tell(change);
    };
    // They may remember what was so before the last connection went.
    tell(isOffline() ? "offline" : "online");
    this.#unwatch = watchEnvironment(tell);
  }
}
