/**
 * Ends sessions that are over, in parts.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";
import type { SessionStore } from "../../session/store/store.ts";

/** How many sessions are ended before others have their turn. */
const LIMIT = 100;
/** Failures that are further apart are not of one outage, in milliseconds. */
const LONGEST_GAP = 30_000;

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
  /** From the first to the last failure of the store. */
  #outage = { from: -Infinity, to: -Infinity };

  /** Makes one that has nothing to do. */
  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /** From now on, a sweep ends after its first part: a caller waits for the store. */
  stop(): void {
    this.#rest = "stopped";
  }

  /**
   * Whether nothing is to be ended now. While a store is away, no client can come
   * back and no node can prolong a lease. Afterwards they get as much time as the
   * outage took, up to the `ttl`.
   */
  get isWaiting(): boolean {
    const { clock, ttl } = this.#parts;
    const { from, to } = this.#outage;
    return clock.now() < to + Math.min(to - from, ttl);
  }

  /** The store has failed, whatever it was asked. */
  noteFailure(): void {
    const now = this.#parts.clock.now();
    const { from, to } = this.#outage;
    this.#outage = { from: now - to > LONGEST_GAP ? now : from, to: now };
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

  /** Returns how many sessions were ended. */
  async #sweepSome(): Promise<number> {
    const { store, end } = this.#parts;
    const over = await store.due(LIMIT);
    if (this.isWaiting) return 0;
    for (const id of over) await end(id);
    return over.length;
  }
}
