/**
 * A log of JSON lines in files of limited size.
 *
 * @module
 */

import { Logger, type LogRecord, RotatingFileHandler } from "@std/log";
import { visibleJson } from "../terminal/visible_text.ts";
import { UsageError } from "../usage_error.ts";

/** The levels, the one with the most records first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** A level. */
export type LogLevelWord = typeof LOG_LEVELS[number];

/** The largest size of a file, in bytes. */
const MAX_BYTES = 1024 * 1024;
const OLDER_FILES = 5;
const NAMES = {
  debug: "DEBUG",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
} as const;

/** A logger; its file is closed when this is disposed of. */
export interface RotatingLog extends Disposable {
  readonly logger: Logger;
}

/**
 * Opens a log: at most 1 MiB in the file, and five older files beside it.
 *
 * @param filename The file; records are appended to what it has.
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

/** Writes each record at once, except frames: a reader can follow the file. */
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
