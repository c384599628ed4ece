import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/cli/usage_error.ts";
import { Flags, readUrl, requireNoPositionals } from "../../lib/cli/flags.ts";

const NAMES = {
  switches: ["json"],
  values: ["header", "port", "level"],
  alias: { header: "H" },
};

Deno.test("Flags() reads switches, values and positionals", () => {
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

Deno.test("Flags() refuses unknown flags and missing values", () => {
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
  assertEquals(readUrl(["HTTP://a"]).href, "ws://a/");
});

for (
  const [typed, complaint] of [
    [[], "Give a URL, such as ws://localhost:8080; see --help"],
    [["ws://a", "ws://b"], "Give one URL, not 2; see --help"],
    [["a"], "is not a valid URL; did you mean ws://a/?"],
    [["localhost:80/b"], "did you mean ws://localhost/b?"],
    [["ftp://a"], "has the scheme ftp: instead of wss: or ws:; write it as"],
    [["ws://a/#b"], "has a fragment; write it as ws://host or wss://host/path"],
    [["ws://a/#"], "has a fragment"],
    [["ws://"], "is not a valid URL; write it as"],
    [["a.test/b?t=canary"], 'The URL "a.test/b…" is not a valid URL'],
    [["a.test/b?t=canary"], "did you mean ws://a.test/b…?"],
    [["u:canary@a.test/b"], 'The URL "…@a.test/b" '],
    [["htps://u:canary@a.test"], 'The URL "htps://…@a.test" has the scheme'],
  ] as const
) {
  Deno.test(`readUrl() refuses ${JSON.stringify(typed)}: ${complaint}`, () => {
    const error = assertThrows(() => readUrl(typed), UsageError, complaint);
    assertEquals(error.message.includes("canary"), false);
  });
}

Deno.test("Flags() suggests a flag for a misspelt one", () => {
  for (
    const [typed, complaint] of [
      ["--jsn", "There is no flag --jsn; did you mean --json?"],
      ["--headers=x", "There is no flag --headers; did you mean --header?"],
      ["--bogus", "There is no flag --bogus; see --help"],
      ["-z", "There is no flag -z; see --help"],
    ] as const
  ) {
    assertThrows(() => new Flags([typed], NAMES), UsageError, complaint);
  }
});

Deno.test("Flags.count() takes numbers within the range", () => {
  const flags = new Flags(["--port", "9"], NAMES);
  assertEquals(flags.count("port", { min: 9, max: 9 }), 9);
  assertEquals(flags.count("level", { min: 0, max: 1 }), undefined);
  assertThrows(
    () => flags.count("port", { min: 10, max: Infinity }),
    UsageError,
    '--port is "9", must be a whole number from 10',
  );
});

Deno.test("Flags.time() and Flags.oneOf() read the last value", () => {
  const flags = new Flags(
    ["--port", "1s", "--port", "2s", "--level", "low"],
    NAMES,
  );
  assertEquals(flags.time("port"), 2_000);
  assertEquals(flags.time("header"), undefined);
  assertEquals(flags.oneOf("level", ["low", "high"]), "low");
  assertEquals(flags.oneOf("header", ["low"]), undefined);
});

Deno.test("requireNoPositionals() names the first argument that is not a flag", () => {
  requireNoPositionals(new Flags(["--json"], NAMES));
  assertThrows(
    () => requireNoPositionals(new Flags(["a", "b"], NAMES)),
    UsageError,
    'Give options only, not "a"; see --help',
  );
});
