import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  formatRecord,
  openRotatingLog,
} from "../../../lib/cli/connect/rotating_log.ts";
import { UsageError } from "../../../lib/cli/usage_error.ts";

const fail = (text: string) => assert(false, text);
const RECORD = { datetime: new Date(0), levelName: "INFO", msg: "open" };

Deno.test("formatRecord() gives one line of JSON with the fields of the record", () => {
  assertEquals(
    formatRecord({ ...RECORD, args: [{ attempt: 1 }] }),
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"open","attempt":1}',
  );
  assertEquals(
    formatRecord({ ...RECORD, args: [] }),
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"open"}',
  );
});

Deno.test("formatRecord() escapes control characters of a server", () => {
  const reason = "bye\n\x1b]52;c;eA==\x07\x9b2J\u202e";
  const line = formatRecord({ ...RECORD, args: [{ reason }] });
  assertEquals(JSON.parse(line).reason, reason);
  assert(/^[\x20-\x7e]+$/.test(line), line);
});

Deno.test("openRotatingLog() writes records from a level on at once", async () => {
  const file = await Deno.makeTempFile();
  const messages = () =>
    Deno.readTextFileSync(file).trimEnd().split("\n")
      .map((line) => JSON.parse(line).message);
  {
    using log = openRotatingLog(file, "info", fail);
    log.logger.debug("frame");
    log.logger.info("open", { attempt: 1 });
    assertEquals(messages(), ["open"]);
  }
  {
    using log = openRotatingLog(file, "debug", fail);
    log.logger.debug("frame");
  }
  assertEquals(messages(), ["open", "frame"]);
  await Deno.remove(file);
});

Deno.test("openRotatingLog() keeps 1 MiB in the file, and five older files", async () => {
  const directory = await Deno.makeTempDir();
  const file = `${directory}/log`;
  {
    using log = openRotatingLog(file, "info", fail);
    const text = "x".repeat(400_000);
    for (let count = 0; count < 20; count += 1) log.logger.info(text);
  }
  const entries = await Array.fromAsync(Deno.readDir(directory));
  const files = entries.map(({ name }) => name);
  assertEquals(
    files.sort(),
    ["log", ...[1, 2, 3, 4, 5].map((each) => `log.${each}`)],
  );
  for (const name of files) {
    const { size } = await Deno.stat(`${directory}/${name}`);
    assert(size <= 1024 * 1024, `${name}: ${size} bytes`);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("openRotatingLog() says that a file cannot be written", () => {
  assertThrows(
    () => openRotatingLog("/no/such/folder/log", "info", fail),
    UsageError,
    "Cannot write the log file /no/such/folder/log: ",
  );
});

Deno.test({
  name: "openRotatingLog() says once that the file takes no more, and goes on",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const texts: string[] = [];
    {
      using log = openRotatingLog("/dev/full", "debug", (text) => {
        texts.push(text);
      });
      log.logger.info("open");
      log.logger.debug("frame");
      log.logger.info("closed");
    }
    {
      using log = openRotatingLog("/dev/full", "debug", (text) => {
        texts.push(text);
      });
      log.logger.debug("frame");
    }
    assertEquals(texts.length, 2);
    for (const text of texts) {
      assertMatch(text, /^Cannot write the log file \/dev\/full: .*space/);
    }
  },
});
