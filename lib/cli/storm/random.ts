/**
 * Random numbers that repeat: the same seed gives the same numbers.
 *
 * @module
 */

/** Gives the next number, uniform in [0, 1). */
export type Random = () => number;

/** What turns 32 bits into a number in [0, 1). */
const SCALE = 2 ** -32;

/**
 * Makes a generator of random numbers with 32 bits of state. It is good enough for
 * a simulation, and not for secrets.
 *
 * @param seed An integer that selects the sequence.
 */
export function seededRandom(seed: number): Random {
  let state = mix(seed);
  return () => {
    // The bits of the golden ratio: an odd step visits each state once.
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) * SCALE;
  };
}

/** Mixes: each bit of the input changes about half of the bits of the output. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return bits ^ (bits >>> 15);
}
