import { handlers, loggers } from "./_state.ts";
import type { BaseHandler } from "./base_handler.ts";
import { ConsoleHandler } from "./console_handler.ts";
import type { LevelName } from "./levels.ts";
import { Logger } from "./logger.ts";

/** The settings of one logger. */
export interface LoggerConfig {
  /** The least severe level that is logged; `"INFO"` by default. */
  level?: LevelName;
  /** The names of its handlers. */
  handlers?: string[];
}

/** The settings of all loggers. */
export interface LogConfig {
  /** The handlers by name. */
  handlers?: { [name: string]: BaseHandler };
  /** The loggers by name. */
  loggers?: { [name: string]: LoggerConfig };
}

const DEFAULT_LEVEL = "INFO";
const DEFAULT_CONFIG = {
  handlers: { default: new ConsoleHandler(DEFAULT_LEVEL) },
  loggers: { default: { level: DEFAULT_LEVEL, handlers: ["default"] } },
} satisfies LogConfig;

/**
 * Replaces all handlers and loggers. Without settings of its own, the logger
 * `default` writes `INFO` and above to the console.
 */
export function setup(config: LogConfig): void {
  for (const handler of handlers.values()) handler.destroy();
  handlers.clear();
  loggers.clear();
  const named = { ...DEFAULT_CONFIG.handlers, ...config.handlers };
  for (const [name, handler] of Object.entries(named)) {
    handler.setup();
    handlers.set(name, handler);
  }
  const configs = { ...DEFAULT_CONFIG.loggers, ...config.loggers };
  for (const [name, { level, handlers = [] }] of Object.entries(configs)) {
    loggers.set(
      name,
      new Logger(name, level ?? DEFAULT_LEVEL, known(handlers)),
    );
  }
}

function known(names: readonly string[]): { handlers: BaseHandler[] } {
  const found = names.map((name) => handlers.get(name));
  return { handlers: found.filter((handler) => handler !== undefined) };
}

setup(DEFAULT_CONFIG);
