/**
 * The part of `@std/async` that this project uses, with the signatures of
 * version 1.1.1, for a clone that reaches npm and not JSR.
 *
 * @module
 */

export * from "./deadline.ts";
export * from "./debounce.ts";
export * from "./delay.ts";
export * from "./mux_async_iterator.ts";
export * from "./pool.ts";
export * from "./retry.ts";
