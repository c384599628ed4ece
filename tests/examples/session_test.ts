import { assert, assertEquals, assertMatch } from "@std/assert";

const SUMMARY =
  /^session: (\d+) sent, (\d+) received, (\d+) lost, (\d+) repeated, (\d+) out of order, (\d+) reconnects, (\d+) restarts$/;

Deno.test("session.ts loses and repeats nothing while everything breaks", async () => {
  const { code, stdout, stderr } = await runExample(
    ...["--seconds", "6", "--cuts", "4", "--freeze", "1"],
  );
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  const counts = SUMMARY.exec(last)?.slice(1).map(Number) ?? [];
  const [sent = 0, received, lost, repeated, disordered, reconnects = 0] =
    counts;
  assertEquals([code, received], [0, sent], stdout + stderr);
  assertEquals([lost, repeated, disordered, counts[6]], [0, 0, 0, 2], stdout);
  assert(sent > 100 && reconnects >= 2, stdout);
});

Deno.test("session.ts explains a wrong flag in one sentence", async () => {
  const { code, stdout } = await runExample("--seconds", "soon");
  assertEquals(code, 2);
  assertMatch(stdout, /^Usage: .*\n$/);
});

async function runExample(
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--allow-net", "--allow-read"],
      ...["--allow-write", "--allow-run"],
      new URL("../../examples/session.ts", import.meta.url).href,
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
