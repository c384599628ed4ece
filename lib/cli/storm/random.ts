/**
 * Chance that repeats itself: the same seed, the same numbers.
 *
 * @module
 */

/** Gives the next number, uniform in [0, 1). */
export type Random = () => number;

/** What turns 32 bits into a number in [0, 1). */
const SCALE = 2 ** -32;

/**
 * Makes a generator of random numbers, as good as a simulation needs and of no
 * use for secrets: 32 bits of state, stepped and mixed.
 *
 * @param seed Which sequence; an integer.
 */
export function seededRandom(seed: number): Random {
  let state = mix(seed);
  return () => {
    // The golden ratio's bits: an odd step visits each state once.
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) * SCALE;
  };
}

/** Lets each bit of the input change about half of the output's. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return bits ^ (bits >>> 15);
}
