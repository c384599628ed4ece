import { loggers } from "./_state.ts";
import { Logger } from "./logger.ts";

/**
 * Returns a logger by name, or the logger `default`. A name that `setup()` was
 * not told of gets a logger without handlers.
 */
export function getLogger(name = "default"): Logger {
  const logger = loggers.get(name) ?? new Logger(name, "NOTSET");
  loggers.set(name, logger);
  return logger;
}
