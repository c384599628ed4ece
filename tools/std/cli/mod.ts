/**
 * The part of `@std/cli` that this project uses, with the signatures of version
 * 1.0.27, for a clone that reaches npm and not JSR.
 *
 * @module
 */

export * from "./parse_args.ts";
export * from "./prompt_secret.ts";
