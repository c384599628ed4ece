/**
 * Both clocks and the timers of a thread, in the hands of a test.
 *
 * @module
 */

import type { Clock } from "../../lib/platform/clock.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Where the wall clock stands when the monotonic one is at zero. */
const EPOCH = 1_700_000_000_000;

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now = 0;
  #wall = EPOCH;
  readonly #timers = new Set<Timer>();

  /** How many timers are pending. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#wall;
  }

  random(): number {
    return 0.5;
  }

  after(delay: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delay), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** At once, so that what takes several tasks is done when a call returns. */
  task(run: () => void): void {
    run();
  }

  /** An interval that was missed several times rings once. */
  every(interval: number, run: () => void): () => void {
    let cancel = () => {};
    const ring = () => {
      cancel = this.after(interval, ring);
      run();
    };
    cancel = this.after(interval, ring);
    return () => cancel();
  }

  /** Lets time pass, and each timer run when it is due. */
  advance(duration: number): void {
    const end = this.#now + duration;
    for (let next = this.#first(end); next; next = this.#first(end)) {
      this.#pass(Math.max(0, next.at - this.#now));
      this.#timers.delete(next);
      next.run();
    }
    this.#pass(end - this.#now);
  }

  /** Lets time pass while this thread is blocked: timers run late. */
  block(duration: number): void {
    this.sleep({ monotonic: duration, wall: duration });
  }

  /** Lets time pass up to the first event after a block, when no timer has run yet. */
  stall(duration: number): void {
    this.#pass(duration);
  }

  /** The same as {@linkcode block} with clocks that part, as those of a suspended machine do. */
  sleep(duration: { readonly monotonic: number; readonly wall: number }): void {
    this.#now += duration.monotonic;
    this.#wall += duration.wall;
    this.advance(0);
  }

  #pass(duration: number): void {
    this.#now += duration;
    this.#wall += duration;
  }

  #first(end: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= end)
      .sort((a, b) => a.at - b.at)[0];
  }
}
