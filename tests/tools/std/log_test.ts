import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  BaseHandler,
  ConsoleHandler,
  FileHandler,
  formatters,
  getLevelByName,
  getLevelName,
  getLogger,
  jsonFormatter,
  type LevelName,
  Logger,
  LogLevels,
  RotatingFileHandler,
  setup,
} from "@std/log";
import { LogRecord } from "@std/log/logger";

class ListHandler extends BaseHandler {
  readonly lines: string[] = [];
  log(msg: string): void {
    this.lines.push(msg);
  }
}

function record(msg: string, args: unknown[] = []): LogRecord {
  const level = LogLevels.ERROR;
  return new LogRecord({ msg, args, level, loggerName: "test" });
}

async function withDirectory(use: (path: string) => void): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    use(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("levels have names and numbers", () => {
  assertEquals(getLevelByName("WARN"), 30);
  assertEquals(getLevelName(50), "CRITICAL");
  // @ts-expect-error: there is no such level
  assertThrows(() => getLevelByName("LOUD"), Error, "no level named LOUD");
  // @ts-expect-error: there is no such level
  assertThrows(() => getLevelName(5), Error, "no name for level: 5");
});

Deno.test("Logger passes its level and above to its handlers", () => {
  const handler = new ListHandler("DEBUG");
  const logger = new Logger("test", "WARN", { handlers: [handler] });
  logger.debug("d");
  logger.info("i");
  logger.warn("w");
  logger.error("e");
  logger.critical("c");
  assertEquals(handler.lines, ["WARN w", "ERROR e", "CRITICAL c"]);
  assertEquals([logger.loggerName, logger.level], ["test", LogLevels.WARN]);
});

Deno.test("Logger returns the message and resolves a function once logged", () => {
  const logger = new Logger("test", "INFO", {
    handlers: [new ListHandler("DEBUG")],
  });
  const number: number = logger.debug(1, "more");
  const resolved: string | undefined = logger.info(() => "yes");
  const skipped: string | undefined = logger.debug(() => "no");
  assertEquals([number, resolved, skipped], [1, "yes", undefined]);
});

Deno.test("Logger turns any message into text", () => {
  const handler = new ListHandler("INFO", { formatter: ({ msg }) => msg });
  const logger = new Logger("test", "INFO", { handlers: [handler] });
  const error = new Error("broken");
  for (const data of [{ a: "x", b: { c: 1 } }, null, 1n, true, error]) {
    logger.info(data);
  }
  assertEquals(handler.lines, [
    '{"a":"x","b":{"c":1}}',
    "null",
    "1",
    "true",
    error.stack,
  ]);
});

Deno.test("Logger refuses a level that does not exist", () => {
  const logger = new Logger("test", "INFO");
  // @ts-expect-error: there is no such level
  assertThrows(() => logger.level = 5, TypeError, "Invalid log level: 5");
  logger.levelName = "ERROR";
  assertEquals(logger.level, LogLevels.ERROR);
});

Deno.test("LogRecord gives copies of its arguments and its time", () => {
  const { args, datetime, levelName } = record("m", [1]);
  assertEquals([args, levelName], [[1], "ERROR"]);
  assertEquals(datetime instanceof Date, true);
});

Deno.test("jsonFormatter() lets one argument stand by itself", () => {
  assertEquals(formatters.jsonFormatter, jsonFormatter);
  const argsOf = (args: unknown[]) =>
    JSON.parse(jsonFormatter(record("m", args))).args;
  assertEquals(argsOf([]), undefined);
  assertEquals(argsOf([{ a: 1 }]), { a: 1 });
  assertEquals(argsOf([1, 2]), [1, 2]);
});

Deno.test("jsonFormatter() names level, time and message", () => {
  const made = record("m");
  const datetime = made.datetime.getTime();
  assertEquals(
    jsonFormatter(made),
    `{"level":"ERROR","datetime":${datetime},"message":"m"}`,
  );
});

Deno.test("ConsoleHandler colors a line unless asked not to", () => {
  const plain = new ConsoleHandler("DEBUG", { useColors: false });
  const colored = new ConsoleHandler("DEBUG");
  assertEquals(plain.format(record("m")), "ERROR m");
  assertEquals(
    colored.format(record("m")),
    Deno.noColor ? "ERROR m" : "\x1b[31mERROR m\x1b[39m",
  );
});

Deno.test("setup() connects loggers to handlers by name", () => {
  const list = new ListHandler("DEBUG");
  setup({
    handlers: { list },
    loggers: { default: { handlers: ["list"] }, quiet: { level: "ERROR" } },
  });
  getLogger().debug("not at the default level");
  getLogger().info("heard");
  getLogger("quiet").error("without a handler");
  getLogger("unknown").error("without anything");
  assertEquals(list.lines, ["INFO heard"]);
  assertEquals(getLogger("quiet").levelName, "ERROR");
  assertEquals(getLogger("unknown").levelName, "NOTSET");
  setup({});
});

Deno.test("setup() opens handlers and closes those before", () => {
  const calls: string[] = [];
  class Traced extends ListHandler {
    override setup(): void {
      calls.push("setup");
    }
    override destroy(): void {
      calls.push("destroy");
    }
  }
  setup({ handlers: { traced: new Traced("INFO") } });
  setup({});
  assertEquals(calls, ["setup", "destroy"]);
});

Deno.test("FileHandler gathers lines until it is flushed", async () => {
  await withDirectory((path) => {
    const filename = `${path}/log`;
    using handler = new FileHandler("INFO", { filename, bufferSize: 12 });
    handler.setup();
    handler.handle(record("1"));
    assertEquals(Deno.readTextFileSync(filename), "");
    handler.handle(record("2"));
    assertEquals(Deno.readTextFileSync(filename), "ERROR 1\n");
    handler.handle(record("longer than the buffer"));
    handler.flush();
    assertEquals(
      Deno.readTextFileSync(filename),
      "ERROR 1\nERROR 2\nERROR longer than the buffer\n",
    );
  });
});

Deno.test("FileHandler opens a file as its mode says", async () => {
  await withDirectory((path) => {
    const filename = `${path}/log`;
    const write = (mode: "a" | "w" | "x", levelName: LevelName = "INFO") => {
      using handler = new FileHandler(levelName, { filename, mode });
      handler.setup();
      handler.log(mode);
    };
    write("x");
    write("a");
    assertEquals(Deno.readTextFileSync(filename), "x\na\n");
    write("w");
    assertEquals(Deno.readTextFileSync(filename), "w\n");
    assertThrows(() => write("x"), Deno.errors.AlreadyExists);
  });
});

Deno.test("RotatingFileHandler keeps each file within its size", async () => {
  await withDirectory((path) => {
    const filename = `${path}/log`;
    using handler = new RotatingFileHandler("INFO", {
      filename,
      maxBytes: 4,
      maxBackupCount: 2,
    });
    handler.setup();
    for (const line of ["a", "b", "c", "d", "e", "f", "g"]) handler.log(line);
    handler.flush();
    const read = (suffix: string) => Deno.readTextFileSync(filename + suffix);
    assertEquals([read(""), read(".1"), read(".2")], [
      "g\n",
      "e\nf\n",
      "c\nd\n",
    ]);
    assertThrows(() => read(".3"), Deno.errors.NotFound);
  });
});

Deno.test("RotatingFileHandler treats older files as its mode says", async () => {
  await withDirectory((path) => {
    const filename = `${path}/log`;
    const open = (mode: "a" | "w" | "x") => {
      using handler = new RotatingFileHandler("INFO", {
        filename,
        mode,
        maxBytes: 4,
        maxBackupCount: 1,
      });
      handler.setup();
      handler.log(mode);
    };
    Deno.writeTextFileSync(`${filename}.1`, "old");
    assertThrows(() => open("x"), Deno.errors.AlreadyExists, "log.1");
    open("w");
    assertThrows(() => Deno.readTextFileSync(`${filename}.1`));
    open("a");
    open("a");
    assertEquals(Deno.readTextFileSync(`${filename}.1`), "w\na\n");
  });
});

Deno.test("RotatingFileHandler refuses limits below 1", () => {
  for (const name of ["maxBytes", "maxBackupCount"]) {
    const limits = { maxBytes: 1, maxBackupCount: 1, [name]: 0 };
    const handler = new RotatingFileHandler("INFO", {
      filename: "log",
      ...limits,
    });
    const error = assertThrows(() => handler.setup(), Error);
    assertStringIncludes(error.message, `"${name}" must be >= 1: received 0`);
  }
});
