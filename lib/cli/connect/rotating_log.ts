/**
 * A log of JSON lines in files of limited size.
 *
 * @module
 */

import { Logger, type LogRecord, RotatingFileHandler } from "@std/log";
import { reasonOf } from "../reason.ts";
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
 * @param onFailure Called with a text when the file cannot be written any more;
 * what is logged from then on is lost.
 * @throws {UsageError} If the file cannot be written.
 */
export function openRotatingLog(
  filename: string,
  level: LogLevelWord,
  onFailure: (text: string) => void,
): RotatingLog {
  const textOf = (error: unknown) => {
    const why = reasonOf(error);
    return `Cannot write the log file ${filename}: ${why}`;
  };
  const handler = new PromptHandler("DEBUG", {
    filename,
    maxBytes: MAX_BYTES,
    maxBackupCount: OLDER_FILES,
    formatter: formatRecord,
  }, (error) => onFailure(textOf(error)));
  try {
    handler.setup();
  } catch (error) {
    throw new UsageError(textOf(error));
  }
  const logger = new Logger("holdfast", NAMES[level], { handlers: [handler] });
  return { logger, [Symbol.dispose]: () => handler.destroy() };
}

/**
 * Writes each record at once, except frames: a reader can follow the file. A file
 * that fails, as on a full disk, is left alone from then on.
 */
class PromptHandler extends RotatingFileHandler {
  readonly #onFailure: (error: unknown) => void;
  #state: "works" | "failed" = "works";

  constructor(
    level: ConstructorParameters<typeof RotatingFileHandler>[0],
    options: ConstructorParameters<typeof RotatingFileHandler>[1],
    onFailure: (error: unknown) => void,
  ) {
    super(level, options);
    this.#onFailure = onFailure;
  }

  override handle(record: LogRecord): void {
    if (this.#state === "failed") return;
    this.#try(() => {
      super.handle(record);
      if (record.levelName !== "DEBUG") this.flush();
    });
  }

  override destroy(): void {
    this.#try(() => super.destroy());
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (this.#state === "failed") return;
      this.#state = "failed";
      this.#onFailure(error);
      this.destroy();
    }
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
