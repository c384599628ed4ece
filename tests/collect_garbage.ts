/**
 * The garbage collector, for tests that measure what is left.
 *
 * @module
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// V8 has `gc()` where a flag asks for it, which works at run time for new realms.
// One realm for all calls: each takes 170 kB, and is garbage of its own.
setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Collects what cannot be reached on this thread. */
export function collectGarbage(): void {
  collect();
}

/** The size of what can be reached on this thread, in bytes. */
export function heapInUse(): number {
  collect();
  return Deno.memoryUsage().heapUsed;
}
