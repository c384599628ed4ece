/**
 * Time and randomness of a thread, as an argument, so that tests can use a time
 * of their own.
 *
 * @module
 */

import { queueTask } from "./task.ts";

/** The time, the timers and the random numbers of a thread. Durations are milliseconds. */
export interface Clock {
  /** The instant, in milliseconds of this thread's own monotonic clock. */
  now(): number;
  /** The instant, in milliseconds since the epoch; may be set forwards and backwards. */
  wallNow(): number;
  /** A random number in [0, 1). */
  random(): number;
  /**
   * Calls `run` once after `delay` milliseconds.
   *
   * @returns Cancels the call.
   */
  after(delay: number, run: () => void): () => void;
  /**
   * Calls `run` each `interval` milliseconds.
   *
   * @returns Stops the calls.
   */
  every(interval: number, run: () => void): () => void;
  /**
   * Calls `run` in a task of its own, soon: all promise reactions that are due
   * run before, however many there are one after the other.
   */
  task(run: () => void): void;
}

/** The longest delay that a timer can hold, in milliseconds. */
const MAX_DELAY = 2 ** 31 - 1;

/** What the main thread needs of a clock. */
export type ClientClock = Pick<Clock, "now" | "random" | "after" | "task">;

/** What the worker of a page needs of a clock: nothing there waits for a task. */
export type WorkerClock = Omit<Clock, "task">;

const now = () => performance.now();
const random = () => Math.random();

/** The platform's clock, for the main thread: a page loads no more than it needs. */
export const CLIENT_CLOCK: ClientClock = {
  now,
  random,
  after,
  task: queueTask,
};

/** The platform's clock, for a worker. */
export const WORKER_CLOCK: WorkerClock = {
  now,
  wallNow: () => Date.now(),
  random,
  after,
  every: (interval, run) => {
    const timer = setInterval(run, interval);
    return () => clearInterval(timer);
  },
};

/** The platform's clock. */
export const PLATFORM_CLOCK: Clock = /* @__PURE__ */ withTasks();

/** A function, since bundlers keep other calls, and spreads, at the top of a module. */
function withTasks(): Clock {
  return { ...WORKER_CLOCK, task: queueTask };
}

/** A delay that no timer can hold takes several. */
function after(delay: number, run: () => void): () => void {
  const dueAt = performance.now() + delay;
  const start = (left: number) =>
    left > MAX_DELAY
      ? setTimeout(() => {
        timer = start(dueAt - performance.now());
      }, MAX_DELAY)
      : setTimeout(run, Math.max(left, 0));
  let timer = start(delay);
  return () => clearTimeout(timer);
}
