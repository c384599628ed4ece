import { getLevelName, type LogLevel } from "./levels.ts";

/** What a {@linkcode LogRecord} is made of. */
export interface LogRecordOptions {
  /** The message as text. */
  msg: string;
  /** What was given besides the message. */
  args: unknown[];
  /** How severe it is. */
  level: LogLevel;
  /** Whose message it is. */
  loggerName: string;
}

/** One message on its way to the handlers. */
export class LogRecord {
  /** The message as text. */
  readonly msg: string;
  /** The number of the level. */
  readonly level: number;
  /** The name of the level. */
  readonly levelName: string;
  /** Whose message it is. */
  readonly loggerName: string;
  readonly #args: readonly unknown[];
  readonly #time: number = Date.now();

  /** Makes a record of this moment. */
  constructor(options: LogRecordOptions) {
    this.msg = options.msg;
    this.level = options.level;
    this.levelName = getLevelName(options.level);
    this.loggerName = options.loggerName;
    this.#args = [...options.args];
  }

  /** A copy of what was given besides the message. */
  get args(): unknown[] {
    return [...this.#args];
  }

  /** When it was logged. */
  get datetime(): Date {
    return new Date(this.#time);
  }
}
