/**
 * Where log records go.
 *
 * @module
 */

import type { Notice, Setup } from "../../boundary/protocol.ts";

/**
 * What a log record is given to. `console` and a logger of `@std/log` both fit.
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
  /** Takes what helps in finding an error. */
  debug(message: string, ...data: unknown[]): unknown;
  /** Takes what happens in the normal course of things. */
  info(message: string, ...data: unknown[]): unknown;
  /** Takes what went wrong and is being dealt with. */
  warn(message: string, ...data: unknown[]): unknown;
  /** Takes what went wrong for good. */
  error(message: string, ...data: unknown[]): unknown;
}

const LEVELS: ReadonlyMap<unknown, Setup["log"]> = new Map([
  ["INFO", "info"],
  ["WARN", "warn"],
  ["ERROR", "error"],
  ["CRITICAL", "silent"],
]);

/**
 * Gives the level from which on a logger wants records: a logger of `@std/log`
 * tells by its `levelName`, of any other nothing is known.
 */
export function levelOf(logger: Logger | undefined): Setup["log"] {
  if (logger === undefined) return "silent";
  return LEVELS.get(Reflect.get(logger, "levelName")) ?? "debug";
}

/** Gives a record of either thread to a logger. One that throws breaks nothing. */
export function writeLog(
  logger: Logger,
  record: Extract<Notice, { type: "log" }>,
): void {
  const { id: connection, level, message, fields } = record;
  try {
    logger[level](message, { connection, ...fields });
  } catch (error) {
    reportError(error);
  }
}
