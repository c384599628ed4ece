/**
 * The part of `@std/assert` that this project uses, with the signatures of
 * version 1.0.18, for a clone that reaches npm and not JSR.
 *
 * @module
 */

// @ts-types="./mod.d.ts"
export * from "deno-std/assert/mod.js";
