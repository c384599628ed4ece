import { assertEquals } from "@std/assert";
import { getLogger, Logger as StdLogger } from "@std/log";
import {
  levelOf,
  type Logger,
  writeLog,
} from "../../../lib/client/options/logger.ts";

Deno.test("writeLog() calls the level with message and fields", () => {
  const calls: unknown[] = [];
  const write = (...args: unknown[]) => calls.push(args);
  const logger: Logger = {
    debug: write,
    info: write,
    warn: write,
    error: write,
  };
  for (const level of ["debug", "info", "warn", "error"] as const) {
    writeLog(logger, {
      type: "log",
      id: 7,
      level,
      message: level,
      fields: { attempt: 1 },
    });
  }
  assertEquals(calls, [
    ["debug", { connection: 7, attempt: 1 }],
    ["info", { connection: 7, attempt: 1 }],
    ["warn", { connection: 7, attempt: 1 }],
    ["error", { connection: 7, attempt: 1 }],
  ]);
});

Deno.test("writeLog() reports a logger that throws", () => {
  const reported: unknown[] = [];
  const report = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error.message);
  };
  const logger: Logger = {
    ...console,
    info() {
      throw new Error("disk full");
    },
  };
  addEventListener("error", report);
  writeLog(logger, {
    type: "log",
    id: 1,
    level: "info",
    message: "",
    fields: {},
  });
  removeEventListener("error", report);
  assertEquals(reported, ["disk full"]);
});

Deno.test("levelOf() asks a logger of @std/log and makes nothing in vain", () => {
  const loggers = (["NOTSET", "DEBUG", "INFO", "CRITICAL"] as const).map((
    level,
  ) => new StdLogger("test", level));
  assertEquals(
    [undefined, console, ...loggers].map(levelOf),
    ["silent", "debug", "debug", "debug", "info", "silent"],
  );
});

Deno.test("Logger fits console and a logger of @std/log", () => {
  const loggers: readonly Logger[] = [console, getLogger()];
  assertEquals(loggers.length, 2);
});
