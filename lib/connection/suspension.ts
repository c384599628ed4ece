/**
 * Detects that the process, the page or the computer was suspended.
 *
 * While a process is stopped, both clocks advance, so the next tick is late. While
 * a computer sleeps, only the wall clock may advance.
 *
 * @module
 */

/** One instant on both clocks, in milliseconds. */
export interface Now {
  /** Since an arbitrary origin; never goes back, may stand still during sleep. */
  readonly monotonic: number;
  /** Since the epoch; may be set forwards and backwards. */
  readonly wall: number;
}

/** How late a tick may be, and how far the clocks may diverge in one tick, in milliseconds. */
export const SUSPENSION_TOLERANCE = 2_000;

/**
 * Says whether this side was suspended between two instants.
 *
 * A wall clock that is set backwards is no suspension. One that is set forwards
 * looks like a sleep, and costs one probe.
 *
 * @param previous The instant of the last tick.
 * @param now The instant of this tick.
 * @param expected The intended time between them, in milliseconds.
 */
export function suspended(previous: Now, now: Now, expected: number): boolean {
  const elapsed = now.monotonic - previous.monotonic;
  const passed = now.wall - previous.wall;
  return elapsed - expected > SUSPENSION_TOLERANCE ||
    passed - elapsed > SUSPENSION_TOLERANCE;
}
