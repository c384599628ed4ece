/**
 * Where log records go.
 *
 * @module
 */

import type { Notice, Setup } from "../../boundary/protocol.ts";
import { report } from "../../platform/guard.ts";

/**
 * What takes log records. `console` and a logger of `@std/log` both fit.
 *
 * @example Logging to the console
 * ```ts
 * import type { Logger } from "@holdfast/websocket";
 *
 * const logger: Logger = console;
 * logger.info("Connected", { attempt: 1 });
 * ```
 */
export interface Logger {
  /** Takes details for debugging. */
  debug(message: string, ...data: unknown[]): unknown;
  /** Takes normal events. */
  info(message: string, ...data: unknown[]): unknown;
  /** Takes problems that the library handles. */
  warn(message: string, ...data: unknown[]): unknown;
  /** Takes failures that end the socket. */
  error(message: string, ...data: unknown[]): unknown;
}

const LEVELS: ReadonlyMap<unknown, Setup["log"]> = new Map([
  ["INFO", "info"],
  ["WARN", "warn"],
  ["ERROR", "error"],
  ["CRITICAL", "silent"],
]);

/**
 * The lowest level that a logger takes. A logger of `@std/log` has it in
 * `levelName`; any other logger gets all records.
 */
export function levelOf(logger: Logger | undefined): Setup["log"] {
  if (logger === undefined) return "silent";
  return LEVELS.get(Reflect.get(logger, "levelName")) ?? "debug";
}

/** Gives a record to a logger. An error that the logger throws is reported, not thrown. */
export function writeLog(
  logger: Logger,
  record: Extract<Notice, { type: "log" }>,
): void {
  const { id: connection, level, message, fields } = record;
  try {
    logger[level](message, { connection, ...fields });
  } catch (error) {
    report(error);
  }
}
