import type { BaseHandler } from "./base_handler.ts";
import {
  getLevelByName,
  getLevelName,
  type LevelName,
  type LogLevel,
} from "./levels.ts";
import { LogRecord } from "./log_record.ts";

export { LogRecord, type LogRecordOptions } from "./log_record.ts";

/** Any function. */
// deno-lint-ignore no-explicit-any
export type GenericFunction = (...args: any[]) => any;

/** Options for {@linkcode Logger}. */
export interface LoggerOptions {
  /** Where its records go. */
  handlers?: BaseHandler[];
}

/**
 * Passes messages of its level and above to its handlers. Each method returns
 * the message; a function as message is called only when it is logged.
 */
export class Logger {
  /** Where its records go. */
  handlers: BaseHandler[];
  readonly #loggerName: string;
  #level: LogLevel;

  /** Makes a logger that {@linkcode getLogger} does not know. */
  constructor(
    loggerName: string,
    levelName: LevelName,
    options: LoggerOptions = {},
  ) {
    this.#loggerName = loggerName;
    this.#level = getLevelByName(levelName);
    this.handlers = options.handlers ?? [];
  }

  /** The number of the least severe level that is logged. */
  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    try {
      getLevelName(level);
    } catch {
      throw new TypeError(`Invalid log level: ${level}`);
    }
    this.#level = level;
  }

  /** The name of the least severe level that is logged. */
  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  /** The name it was made with. */
  get loggerName(): string {
    return this.#loggerName;
  }

  /** Logs what only a developer wants to see. */
  debug<T>(msg: () => T, ...args: unknown[]): T | undefined;
  /** Logs what only a developer wants to see. */
  debug<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  debug(msg: unknown, ...args: unknown[]): unknown {
    return this.#log("DEBUG", msg, args);
  }

  /** Logs what is worth knowing. */
  info<T>(msg: () => T, ...args: unknown[]): T | undefined;
  /** Logs what is worth knowing. */
  info<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  info(msg: unknown, ...args: unknown[]): unknown {
    return this.#log("INFO", msg, args);
  }

  /** Logs what may turn out badly. */
  warn<T>(msg: () => T, ...args: unknown[]): T | undefined;
  /** Logs what may turn out badly. */
  warn<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  warn(msg: unknown, ...args: unknown[]): unknown {
    return this.#log("WARN", msg, args);
  }

  /** Logs what failed. */
  error<T>(msg: () => T, ...args: unknown[]): T | undefined;
  /** Logs what failed. */
  error<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  error(msg: unknown, ...args: unknown[]): unknown {
    return this.#log("ERROR", msg, args);
  }

  /** Logs what cannot be mended. */
  critical<T>(msg: () => T, ...args: unknown[]): T | undefined;
  /** Logs what cannot be mended. */
  critical<T>(
    msg: T extends GenericFunction ? never : T,
    ...args: unknown[]
  ): T;
  critical(msg: unknown, ...args: unknown[]): unknown {
    return this.#log("CRITICAL", msg, args);
  }

  #log(levelName: LevelName, msg: unknown, args: unknown[]): unknown {
    const level = getLevelByName(levelName);
    if (this.#level > level) return msg instanceof Function ? undefined : msg;
    const data = msg instanceof Function ? msg() : msg;
    const record = new LogRecord({
      msg: toText(data),
      args,
      level,
      loggerName: this.#loggerName,
    });
    for (const handler of this.handlers) handler.handle(record);
    return data;
  }
}

function toText(data: unknown): string {
  if (data instanceof Error) return data.stack ?? String(data);
  if (typeof data === "function") return "undefined";
  if (typeof data !== "object" || data === null) return String(data);
  const properties = Object.entries(data).map(([name, value]) =>
    `"${name}":${typeof value === "string" ? `"${value}"` : toText(value)}`
  );
  return `{${properties.join(",")}}`;
}
