/**
 * Finds out that the process, the page or the machine was suspended.
 *
 * A stopped process advances both clocks, so its next tick is late. A machine
 * that sleeps may advance the wall clock only.
 *
 * @module
 */

/** One instant on both clocks, in milliseconds. */
export interface Now {
  /** Since an origin of its own; never goes back, may stand still in sleep. */
  readonly monotonic: number;
  /** Since the epoch; may be set forwards and backwards. */
  readonly wall: number;
}

/** How late a tick may be, and how far the clocks may part in one, in milliseconds. */
export const SUSPENSION_TOLERANCE = 2_000;

/**
 * Tells whether this side was suspended between two instants.
 *
 * A wall clock that was set backwards is no suspension; one that was set
 * forwards cannot be told from a sleep, and costs one probe.
 *
 * @param previous The instant of the last tick.
 * @param now The instant of this tick.
 * @param expected How long the time between them was meant to be, in milliseconds.
 */
export function suspended(previous: Now, now: Now, expected: number): boolean {
  const elapsed = now.monotonic - previous.monotonic;
  const passed = now.wall - previous.wall;
  return elapsed - expected > SUSPENSION_TOLERANCE ||
    passed - elapsed > SUSPENSION_TOLERANCE;
}
