/**
 * Masking keys that nobody can predict (RFC 6455, 5.3 and 10.3).
 *
 * @module
 */

/** How many keys one call of the generator gives, for all connections. */
const BATCH = 1024;

const keys = new Int32Array(BATCH);
let next = BATCH;

/** Gives the next key: 32 random bits. */
export function nextMaskingKey(): number {
  if (next === BATCH) {
    crypto.getRandomValues(keys);
    next = 0;
  }
  const key = keys[next]!;
  next += 1;
  return key;
}
