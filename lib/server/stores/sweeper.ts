/**
 * Ends sessions that are over, in parts.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";
import type { SessionStore } from "../../session/store/store.ts";

/** How many sessions are ended before others have their turn. */
const LIMIT = 100;

/** What a sweeper works with. */
export interface SweeperParts {
  readonly store: Pick<SessionStore, "due">;
  readonly clock: Pick<Clock, "now" | "task">;
  /** How long a session outlives its connection at most, in milliseconds. */
  readonly ttl: number;
  /** Ends a session, unless somebody has resumed it. */
  readonly end: (session: string) => Promise<void>;
}

/** The sweeps of one node. */
export class Sweeper {
  readonly #parts: SweeperParts;
  #rest: "none" | "running" | "stopped" = "none";
  /** When the store could not say last what is over. */
  #awayAt = -Infinity;

  /** Makes one that has nothing to do. */
  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /** From now on, a sweep ends after its first part: a caller waits for the store. */
  stop(): void {
    this.#rest = "stopped";
  }

  /** Ends all sessions that are over, until none is left. */
  async sweep(): Promise<void> {
    const count = await this.#sweepSome();
    if (count < LIMIT || this.#rest !== "none") return;
    this.#rest = "running";
    try {
      await this.#sweepRest();
    } finally {
      if (this.#rest === "running") this.#rest = "none";
    }
  }

  async #sweepRest(): Promise<void> {
    const { clock } = this.#parts;
    do await new Promise<void>((resolve) => clock.task(resolve)); while (
      this.#rest === "running" && await this.#sweepSome() === LIMIT
    );
  }

  /**
   * Returns how many sessions were ended. While a store is away, no client can
   * come back and no node can prolong a lease: so their time begins anew.
   */
  async #sweepSome(): Promise<number> {
    const { store, clock, ttl, end } = this.#parts;
    const over = await store.due(LIMIT).catch((error) => {
      this.#awayAt = clock.now();
      throw error;
    });
    if (clock.now() < this.#awayAt + ttl) return 0;
    for (const id of over) await end(id);
    return over.length;
  }
}
