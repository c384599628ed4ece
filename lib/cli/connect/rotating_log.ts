/**
 * A log of JSON lines in files that do not grow without end.
 *
 * @module
 */

import { Logger, type LogRecord, RotatingFileHandler } from "@std/log";
import { visibleJson } from "../terminal/visible_text.ts";
import { UsageError } from "../usage_error.ts";

/** The levels that can be asked for, the most talkative first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** A level. */
export type LogLevelWord = typeof LOG_LEVELS[number];

/** What no file exceeds, in bytes. */
const MAX_BYTES = 1024 * 1024;
const OLDER_FILES = 5;
const NAMES = {
  debug: "DEBUG",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
} as const;

/** A logger, and what closes its file. */
export interface RotatingLog extends Disposable {
  readonly logger: Logger;
}

/**
 * Opens a log: 1 MiB at most in the file, and five older ones beside it.
 *
 * @param filename The file; what it has is kept.
 * @param level The least severe level that is logged.
 * @throws {UsageError} If the file cannot be written.
 */
export function openRotatingLog(
  filename: string,
  level: LogLevelWord,
): RotatingLog {
  const handler = new PromptHandler("DEBUG", {
    filename,
    maxBytes: MAX_BYTES,
    maxBackupCount: OLDER_FILES,
    formatter: formatRecord,
  });
  try {
    handler.setup();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot write the log file ${filename}: ${why}`);
  }
  const logger = new Logger("holdfast", NAMES[level], { handlers: [handler] });
  return { logger, [Symbol.dispose]: () => handler.destroy() };
}

/** Writes all but frames at once, for those who follow the file. */
class PromptHandler extends RotatingFileHandler {
  override handle(record: LogRecord): void {
    super.handle(record);
    if (record.levelName !== "DEBUG") this.flush();
  }
}

/** One line of JSON: time, level, message, and the fields of the record. */
export function formatRecord(
  record: Pick<LogRecord, "datetime" | "levelName" | "msg" | "args">,
): string {
  const [fields] = record.args;
  return visibleJson({
    time: record.datetime.toISOString(),
    level: record.levelName.toLowerCase(),
    message: record.msg,
    ...(typeof fields === "object" ? fields : undefined),
  });
}
