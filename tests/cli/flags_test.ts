import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/cli/usage_error.ts";
import { Flags, readUrl } from "../../lib/cli/flags.ts";

const NAMES = {
  switches: ["json"],
  values: ["header", "port", "level"],
  alias: { header: "H" },
};

Deno.test("Flags() reads switches, values and the rest", () => {
  const flags = new Flags(
    ["ws://a", "--json", "-H", "A: 1", "--header=-b", "7"],
    NAMES,
  );
  assertEquals(flags.positionals, ["ws://a", "7"]);
  assertEquals(flags.has("json"), true);
  assertEquals(flags.has("help"), false);
  assertEquals(flags.texts("header"), ["A: 1", "-b"]);
  assertEquals(flags.text("port"), undefined);
});

Deno.test("Flags() refuses what is unknown, and values that are missing", () => {
  for (
    const args of [["--bogus"], ["-z"], ["--header"], ["--port", "--json"]]
  ) {
    assertThrows(() => new Flags(args, NAMES), UsageError);
  }
});

Deno.test("Flags.count() and Flags.oneOf() say what is allowed", () => {
  const flags = new Flags(["--port", "x", "--level", "loud"], NAMES);
  assertThrows(
    () => flags.count("port", { min: 0, max: 9 }),
    UsageError,
    '--port is "x", must be a whole number from 0 to 9',
  );
  assertThrows(
    () => flags.oneOf("level", ["low", "high"]),
    UsageError,
    '--level is "loud", must be low or high',
  );
});

Deno.test("readUrl() takes one URL of a WebSocket", () => {
  assertEquals(readUrl(["https://a/b"]).href, "wss://a/b");
  for (
    const wrong of [[], ["ws://a", "ws://b"], ["a"], ["ftp://a"], ["ws://a/#b"]]
  ) {
    assertThrows(() => readUrl(wrong), UsageError);
  }
});
