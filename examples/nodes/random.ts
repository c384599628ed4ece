/**
 * Numbers by chance that a seed repeats.
 *
 * @module
 */

/** Draws a number from 0 to 1, without 1. */
export type Random = () => number;

/** The generator mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws one of a list that is not empty. */
export function oneOf<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)]!;
}

/** Draws a number between two, such as a duration. */
export function between(low: number, high: number, random: Random): number {
  return low + random() * (high - low);
}
