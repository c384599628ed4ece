import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { storm } from "../../../lib/cli/storm/storm.ts";
import { RecordingIo } from "../terminal/recording_io.ts";

async function run(args: string, options = {}) {
  const io = new RecordingIo(options);
  const exitCode = await storm(args === "" ? [] : args.split(" "), io);
  return { exitCode, written: io.written, errors: io.errors };
}

Deno.test("storm() compares holdfast with all peers", async () => {
  const { exitCode, written, errors } = await run("--clients 100 --seeds 2");
  assertEquals(exitCode, 0);
  assertEquals(errors, "");
  assertStringIncludes(written, "100 clients, 30 s outage, medians of 2 runs");
  const rows = written.split("\n").filter((line) => line.startsWith("| "));
  assertEquals(rows.length, 13);
  assertEquals(new Set(rows.map((row) => row.length)).size, 1);
  assert(written.split("\n").every((line) => line.length <= 80));
});

Deno.test("storm() simulates the given policies, limits and times", async () => {
  const { exitCode, written } = await run(
    "--clients=100 --outage 1m --capacity 5 --retry-after 10s --seeds 1 " +
      "--policy socket.io --policy holdfast --first 1s --cap 2s",
  );
  assertEquals(exitCode, 0);
  assertStringIncludes(
    written,
    "100 clients, 1 min outage, 5 openings per 100 ms, Retry-After: 10, one run",
  );
  assert(written.indexOf("socket.io") < written.indexOf("holdfast"));
});

Deno.test("storm() takes the size of a fleet for which first and cap follow", async () => {
  const common = "--clients 1000 --seeds 1 --policy holdfast";
  const given = await run(`${common} --fleet 2000`);
  const followed = await run(`${common} --first 600ms --cap 3s`);
  assertEquals(given.exitCode, 0);
  assertEquals(given.written, followed.written);
});

Deno.test("storm() takes an exponential policy", async () => {
  const exponential = "--clients 1 --seeds 1 --policy holdfast --outage 20s " +
    "--initial-delay 1s --max-delay 5s --factor 3 --jitter none";
  const { exitCode, written } = await run(exponential);
  assertEquals(exitCode, 0);
  // At 1, 4, 9, 14, 19 and 24 s.
  assertStringIncludes(
    written,
    "| holdfast |        1 |        1 | 4.0 | 4.0 |  6.0 |",
  );
});

Deno.test("storm() draws a picture", async () => {
  const file = await Deno.makeTempFile({ suffix: ".svg" });
  try {
    const { exitCode } = await run(
      `--clients 100 --seeds 1 --policy holdfast --svg ${file}`,
    );
    assertEquals(exitCode, 0);
    const svg = await Deno.readTextFile(file);
    assertStringIncludes(svg, "<svg");
    assertStringIncludes(svg, "100 clients, 30 s outage");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("storm() says that a picture could not be written", async () => {
  const { exitCode, errors } = await run(
    "--clients 1 --seeds 1 --policy holdfast --svg no/such/place.svg",
  );
  assertEquals(exitCode, 1);
  assertStringIncludes(errors, "storm: Cannot write no/such/place.svg: ");
});

Deno.test("storm() draws a bar on a terminal only, and clears it", async () => {
  const args = "--clients 1 --seeds 2 --policy holdfast";
  assertEquals((await run(args)).errors, "");
  const { errors } = await run(args, { isTerminal: true });
  assertEquals(
    errors,
    `\r[${"#".repeat(20)}${".".repeat(20)}] 50 %\r\x1b[K`,
  );
});

Deno.test("storm() shows help that fits a screen", async () => {
  const { exitCode, written } = await run("--help");
  assertEquals(exitCode, 0);
  const lines = written.split("\n");
  assert(lines.length <= 25, `${lines.length} lines`);
  assert(lines.every((line) => line.length <= 80));
});

for (
  const [args, complaint] of [
    ["--clients 0", '--clients is "0", must be a whole number from 1'],
    ["--clients", "--clients needs a value; write --clients=VALUE"],
    ["--clients 1.5", '--clients is "1.5", must be a whole number'],
    ["--clients 2000001", "must be a whole number from 1 to 2000000"],
    ["--seeds many", '--seeds is "many", must be a whole number from 1 to'],
    ["--capacity=-1", '--capacity is "-1", must be a whole number'],
    ["--outage 3x", '--outage is "3x", must be a duration such as'],
    ["--retry-after soon", '--retry-after is "soon", must be a duration'],
    ["--policy hope", '--policy is "hope", must be all, holdfast or one of'],
    ["--strategy linear", '--strategy is "linear", must be spread or'],
    ["--jitter wild", '--jitter is "wild", must be full, equal or none'],
    ["--factor x", '--factor is "x", must be a number'],
    ["--factor 0.5", 'Option "backoff.factor" must be'],
    ["--cap long", '--cap is "long", must be a duration'],
    ["--strategy spread --jitter full", "The spread policy has no --jitter"],
    ["--fleet 0", '--fleet is "0", must be a whole number'],
    ["--fleet 5 --jitter full", "The exponential policy has no --fleet"],
    ["--first 1s --jitter full", "The exponential policy has no --first"],
    ["--svg", "--svg needs a value"],
    ["--bogus", "There is no flag --bogus; see --help"],
    ["extra", 'Give options only, not "extra"; see --help'],
  ] as const
) {
  Deno.test(`storm() refuses ${args} in one sentence, with exit code 2`, async () => {
    const { exitCode, written, errors } = await run(args, {
      columns: Infinity,
    });
    assertEquals(exitCode, 2);
    assertEquals(written, "");
    assertStringIncludes(errors, complaint);
    assert(errors.startsWith("storm: "));
    assertEquals(errors.trimEnd().split("\n").length, 1);
  });
}
