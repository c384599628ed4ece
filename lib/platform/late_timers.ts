/**
 * Timers that do not hold up the first connection of a worker.
 *
 * Deno 2.9 loads the timers of Node when a realm first reads `setTimeout` or
 * `setInterval`. That takes 4 to 8 ms of its thread, and a connection sets its
 * timers before it dials. `AbortSignal.timeout()` needs none of this.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** For how long timers are late, in milliseconds. Shorter ones are set at once. */
const GRACE = 100;

/**
 * Sets timers of a clock late for a while: what is due later than that is on time.
 * The first tick of an interval may be late.
 *
 * @param clock Its timers are replaced, for a while.
 * @param wait Calls a function after so many milliseconds, without a timer.
 */
export function setTimersLate(
  clock: Pick<Clock, "after" | "every" | "now">,
  wait: (delay: number, run: () => void) => void = waitBySignal,
): void {
  const { after, every } = clock;
  const waiting = new Set<() => void>();
  const later = (start: () => () => void): () => void => {
    let stop: (() => void) | undefined;
    const begin = () => stop = start();
    waiting.add(begin);
    return () => {
      waiting.delete(begin);
      stop?.();
    };
  };
  clock.after = (delay, run) => {
    if (delay <= GRACE) return after.call(clock, delay, run);
    const dueAt = clock.now() + delay;
    return later(() => after.call(clock, dueAt - clock.now(), run));
  };
  clock.every = (interval, run) =>
    later(() => every.call(clock, interval, run));
  wait(GRACE, () => {
    Object.assign(clock, { after, every });
    for (const begin of waiting) begin();
  });
}

function waitBySignal(delay: number, run: () => void): void {
  // Deno keeps a signal that has a timer and a listener.
  AbortSignal.timeout(delay).addEventListener("abort", run, { once: true });
}
