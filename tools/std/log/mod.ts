/**
 * The part of `@std/log` that this project uses, with the signatures and the
 * behaviour of version 0.224.14, for a clone that reaches npm and not JSR. The
 * npm package that serves the other three has no `log`, so this one is written
 * here.
 *
 * @module
 */

export * from "./base_handler.ts";
export * from "./console_handler.ts";
export * from "./file_handler.ts";
export * from "./formatters.ts";
export * from "./get_logger.ts";
export * from "./levels.ts";
// The package exports the class itself from "@std/log/logger" only.
export type { LogRecord } from "./log_record.ts";
export * from "./logger.ts";
export * from "./rotating_file_handler.ts";
export * from "./setup.ts";
