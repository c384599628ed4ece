import {
  getLevelByName,
  getLevelName,
  type LevelName,
  type LogLevel,
} from "./levels.ts";
import type { LogRecord } from "./log_record.ts";

/** Turns a record into the line that is written. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** Options for {@linkcode BaseHandler}. */
export interface BaseHandlerOptions {
  /** Turns a record into a line; `LEVEL message` by default. */
  formatter?: FormatterFunction;
}

/** Writes the records of its level and above somewhere. */
export abstract class BaseHandler {
  /** Turns a record into a line. */
  formatter: FormatterFunction;
  #level: LogLevel;

  /** Makes a handler; {@linkcode setup} has to follow. */
  constructor(levelName: LevelName, options: BaseHandlerOptions = {}) {
    this.#level = getLevelByName(levelName);
    this.formatter = options.formatter ??
      (({ levelName, msg }) => `${levelName} ${msg}`);
  }

  /** The number of the least severe level that is written. */
  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    getLevelName(level);
    this.#level = level;
  }

  /** The name of the least severe level that is written. */
  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  /** Takes a record from a logger. */
  handle(logRecord: LogRecord): void {
    if (this.#level <= logRecord.level) this.log(this.format(logRecord));
  }

  /** Turns a record into a line. */
  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }

  /** Writes a line. */
  abstract log(msg: string): void;

  /** Opens what it writes to. */
  setup(): void {}

  /** Closes what it writes to. */
  destroy(): void {}

  /** The same as {@linkcode destroy}. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}
