/**
 * Whether a module could not be downloaded, and may be later. Apart from
 * `import_failure.ts`, which only hooks need: each worker loads this.
 *
 * @module
 */

/** In Deno: a status, or a connection that failed. */
const DENO_PASSING = /failed: (?:408|425|429|5\d\d)\b|error sending request/i;

/** Whether Deno could not download something now; it remembers that until the worker ends. */
export function isPassing(detail: string): boolean {
  return DENO_PASSING.test(detail);
}
