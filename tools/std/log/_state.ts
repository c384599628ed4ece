import type { BaseHandler } from "./base_handler.ts";
import type { Logger } from "./logger.ts";

// The loggers of a process are shared by whoever imports the package.
export const handlers = new Map<string, BaseHandler>();
export const loggers = new Map<string, Logger>();
