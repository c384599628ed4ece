import { BaseHandler, type BaseHandlerOptions } from "./base_handler.ts";
import { type LevelName, LogLevels } from "./levels.ts";
import type { LogRecord } from "./log_record.ts";

const COLORS: Readonly<Record<number, readonly [on: string, off: string]>> = {
  [LogLevels.INFO]: ["\x1b[34m", "\x1b[39m"],
  [LogLevels.WARN]: ["\x1b[33m", "\x1b[39m"],
  [LogLevels.ERROR]: ["\x1b[31m", "\x1b[39m"],
  [LogLevels.CRITICAL]: ["\x1b[1m\x1b[31m", "\x1b[39m\x1b[22m"],
};

/** Options for {@linkcode ConsoleHandler}. */
export interface ConsoleHandlerOptions extends BaseHandlerOptions {
  /**
   * Whether the level shows in the color of the line; never where the
   * environment variable `NO_COLOR` is set.
   *
   * @default {true}
   */
  useColors?: boolean;
}

/** Writes to the console. */
export class ConsoleHandler extends BaseHandler {
  readonly #useColors: boolean;

  /** Makes a handler. */
  constructor(levelName: LevelName, options: ConsoleHandlerOptions = {}) {
    super(levelName, options);
    this.#useColors = (options.useColors ?? true) && !Deno.noColor;
  }

  /** Turns a record into a line, in the color of its level. */
  override format(logRecord: LogRecord): string {
    const line = super.format(logRecord);
    const color = this.#useColors ? COLORS[logRecord.level] : undefined;
    return color === undefined ? line : `${color[0]}${line}${color[1]}`;
  }

  /** Writes a line. */
  log(msg: string): void {
    // deno-lint-ignore no-console
    console.log(msg);
  }
}
