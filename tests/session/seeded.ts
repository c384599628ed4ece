/** Random numbers that are the same each time. */

/** A source of random numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number in [0, bound). */
  upTo(bound: number): number;
}

/** The generator "mulberry32": 32 bits of state, good enough for tests. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = state + 0x6d2b79f5 >>> 0;
    let bits = Math.imul(state ^ state >>> 15, state | 1);
    bits ^= bits + Math.imul(bits ^ bits >>> 7, bits | 61);
    return ((bits ^ bits >>> 14) >>> 0) / 2 ** 32;
  };
  return { next, upTo: (bound) => Math.floor(next() * bound) };
}
