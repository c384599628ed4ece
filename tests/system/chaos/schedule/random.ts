/**
 * Random numbers that a seed reproduces.
 *
 * @module
 */

/** Draws from one stream of random numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** One of the items. */
  pick<T>(items: readonly [T, ...T[]]): T;
}

/**
 * Starts a stream (mulberry32).
 *
 * @param seed Any integer; the same one gives the same stream.
 * @returns The stream.
 */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (low: number, high: number) =>
    low + Math.floor(next() * (high - low + 1));
  return {
    next,
    integer,
    pick: ([first, ...rest]) => {
      const index = integer(0, rest.length);
      return index === 0 ? first : rest[index - 1] ?? first;
    },
  };
}
