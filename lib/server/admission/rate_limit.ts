/**
 * How often something may happen.
 *
 * @module
 */

/** A sliding window for each key. */
export class RateLimit {
  readonly #limit: number;
  readonly #duration: number;
  readonly #instants = new Map<string, readonly number[]>();

  /** At most `limit` times in `duration` milliseconds. */
  constructor(limit: number, duration: number) {
    this.#limit = limit;
    this.#duration = duration;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#instants.size;
  }

  /** Returns whether it may happen once more, and counts it if so. */
  take(key: string, now: number): boolean {
    const recent = this.#recent(key, now);
    if (recent.length >= this.#limit) return false;
    this.#instants.set(key, [...recent, now]);
    return true;
  }

  /** Forgets keys whose window is over. */
  forget(now: number): void {
    for (const key of this.#instants.keys()) {
      if (this.#recent(key, now).length === 0) this.#instants.delete(key);
    }
  }

  #recent(key: string, now: number): readonly number[] {
    const instants = this.#instants.get(key) ?? [];
    return instants.filter((instant) => instant > now - this.#duration);
  }
}
