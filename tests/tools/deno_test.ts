import { assertEquals, assertMatch } from "@std/assert";
import { deno } from "../../tools/gate/deno.ts";
import { until } from "../system/waiting.ts";

const FOREVER = "setInterval(() => {}, 1_000);";

Deno.test("deno() gathers both streams, and says how the command ended", async () => {
  const script = "console.log('out'); console.error('err'); Deno.exit(3);";
  const { success, output } = await deno(["eval", script]);
  assertEquals(success, false);
  assertEquals(output.split("\n").toSorted(), ["", "err", "out"]);
});

Deno.test("deno() hands over environment variables", async () => {
  const script = "console.log(Deno.env.get('HOLDFAST_TEST_LANE'));";
  const env = { HOLDFAST_TEST_LANE: "2/4" };
  assertEquals(await deno(["eval", script], { env }), {
    success: true,
    output: "2/4\n",
  });
});

Deno.test("deno() stops a command that is silent, after a warning with its last line", async () => {
  const lines: string[] = [];
  const outcome = await deno(["eval", `console.log("a\\nlast");${FOREVER}`], {
    silence: 6_000,
    onSilence: (line) => lines.push(line),
  });
  assertEquals(outcome, {
    success: false,
    output: "a\nlast\n\nStopped, silent for 6 s\n",
  });
  assertEquals(lines, ["last"]);
});

Deno.test("deno() stops a command that talks for ever", async () => {
  const script = "setInterval(() => console.log('again'), 10);";
  const outcome = await deno(["eval", script], { limit: 1_000 });
  assertEquals(outcome.success, false);
  assertMatch(outcome.output, /\nStopped after 1 s\n$/);
});

Deno.test("deno() fails a command that leaves a process behind, and ends that process", async () => {
  const script = `
    const args = ["eval", "${FOREVER}"];
    const child = new Deno.Command(Deno.execPath(), { args }).spawn();
    child.unref();
    console.log(child.pid);
  `;
  const { success, output } = await deno(["eval", script]);
  assertEquals(success, false);
  assertMatch(output, /^\d+\n\nA process was left behind\n$/);
  await hasEnded(parseInt(output));
});

Deno.test("deno() passes Ctrl-C on, and leaves nothing behind", async () => {
  const file = await Deno.makeTempFile();
  const stubborn = `
    Deno.addSignalListener("SIGTERM", () => {});
    Deno.writeTextFileSync(${JSON.stringify(file)}, String(Deno.pid));
    ${FOREVER}
  `;
  const module = import.meta.resolve("../../tools/gate/deno.ts");
  const script = `
    import { deno } from ${JSON.stringify(module)};
    await deno(["eval", ${JSON.stringify(stubborn)}]);
  `;
  const args = ["eval", script];
  const runner = new Deno.Command(Deno.execPath(), { args }).spawn();
  await until(async () => await Deno.readTextFile(file) !== "");
  runner.kill("SIGINT");
  const { code, signal } = await runner.status;
  // By itself: the signal alone would leave the command running.
  assertEquals([code, signal], [130, null]);
  await hasEnded(parseInt(await Deno.readTextFile(file)));
  await Deno.remove(file);
});

/** Waits until a process has ended, which may still wait for its parent to ask how. */
async function hasEnded(id: number): Promise<void> {
  await until(async () => {
    const file = `/proc/${id}/stat`;
    const state = await Deno.readTextFile(file).catch(() => "");
    return !/\) [^ZX] /.test(state);
  });
}
