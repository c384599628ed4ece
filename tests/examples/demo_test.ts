import { assert, assertEquals, assertMatch } from "@std/assert";

const SUMMARY = new RegExp(
  "^demo: plain (?<plain>\\d+) disconnects, longest gap (?<plainGap>\\d+) ms; " +
    "holdfast (?<ours>\\d+) disconnects, longest gap (?<gap>\\d+) ms, " +
    "(?<sent>\\d+) sent, (?<received>\\d+) received, (?<lost>\\d+) lost, " +
    "(?<repeated>\\d+) repeated, (?<disordered>\\d+) out of order$",
);

Deno.test("demo.ts shows that a plain socket is dropped and ours is kept", async () => {
  const { code, stdout, stderr } = await runDemo("--freeze", "3");
  assertEquals(code, 0, stderr);
  const summary = SUMMARY.exec(stdout.trimEnd().split("\n").at(-1) ?? "");
  const groups = Object.entries(summary?.groups ?? {})
    .map(([name, value]) => [name, Number(value)] as const);
  const {
    gap = NaN,
    plainGap = NaN,
    sent = NaN,
    received = NaN,
    lost = NaN,
    ...counts
  } = Object.fromEntries(groups);
  assertEquals(counts, { plain: 1, ours: 0, repeated: 0, disordered: 0 });
  assert(plainGap >= 2_900, stdout);
  // The bound of the promise is measured in the bench; a gate may share its cores.
  assert(gap < 1_000, stdout);
  assert(sent > 100 && received + lost === sent && lost < 10, stdout);
});

Deno.test("demo.ts explains a wrong flag in one sentence", async () => {
  for (const args of [["--freeze", "forever"], ["--frieze", "3"], ["3"]]) {
    const { code, stdout } = await runDemo(...args);
    assertEquals(code, 2, `${args}`);
    assertMatch(stdout, /^Usage: .*\n$/);
  }
});

async function runDemo(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--allow-net",
      "--allow-read",
      "--allow-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE",
      new URL("../../examples/demo.ts", import.meta.url).href,
      ...args,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}
