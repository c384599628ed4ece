import { assertEquals, assertMatch } from "@std/assert";
import type { Job, Phase } from "../../tools/test/plan.ts";
import { type Outcome, run } from "../../tools/test/run.ts";

const GOOD = `Deno.test("good", () => {});`;
const BAD = `Deno.test("bad", () => { throw new Error("why"); });`;

Deno.test("run() runs phases one after the other, and the chains of a phase side by side", async () => {
  await using folder = await Folder.create();
  const slow = await folder.write("slow", waitFor(`${folder.path}/met`));
  const quick = await folder.write(
    "quick",
    `Deno.test("quick", () => Deno.writeTextFile("${folder.path}/met", ""));`,
  );
  const last = await folder.write("last", GOOD);
  const log: string[] = [];
  const outcomes = await run([
    phase("first", 2, [[slow], [quick]]),
    phase("second", 2, [[last]]),
    phase("empty", 2, []),
  ], {
    onPhase: ({ name }) => log.push(name),
    onEnd: ({ name, success }) => log.push(`${name} ${success}`),
    onSilence: () => {},
  });
  // The slow one ends only if the quick one runs beside it.
  assertEquals(log.toSorted(), [
    "first",
    "last true",
    "quick true",
    "second",
    "slow true",
  ]);
  assertEquals(log.slice(-2), ["second", "last true"]);
  assertEquals(outcomes.map(({ tally }) => tally.passed), [1, 1, 1]);
});

Deno.test("run() runs the jobs of a chain one after the other, though one fails", async () => {
  await using folder = await Folder.create();
  const jobs = [
    await folder.write("bad", BAD),
    await folder.write("broken", "import './missing.ts';"),
    await folder.write("good", GOOD),
  ];
  const outcomes = await run([phase("only", 3, [jobs])], SILENT);
  assertEquals(outcomes.map(summarise), [
    "bad 0 1",
    "broken 0 1",
    "good 1 0",
  ]);
  assertMatch(outcomes[0]?.output ?? "", /Error: why/);
  assertMatch(outcomes[1]?.output ?? "", /missing\.ts/);
});

Deno.test("run() gives each lane a number, and runs the files of a job in one process", async () => {
  await using folder = await Folder.create();
  const check = `Deno.test("lane", () => {
    const lane = Deno.env.get("HOLDFAST_TEST_LANE");
    if (lane !== "1/2") throw new Error(lane);
  });`;
  const first = await folder.write("first", check);
  const second = await folder.write("second", check);
  const files = [first, second].flatMap((job) => job.files);
  const both: Job = { name: "both", files, flags: ["--parallel"] };
  const outcomes = await run([phase("only", 1, [[both]])], SILENT);
  assertEquals(outcomes.map(summarise), ["both 2 0"]);
});

Deno.test("run() runs the background of a phase beside its chains, with a lane of its own", async () => {
  await using folder = await Folder.create();
  const slow = await folder.write("slow", waitFor(`${folder.path}/met`));
  const beside = await folder.write(
    "beside",
    `Deno.test("beside", async () => {
      const lane = Deno.env.get("HOLDFAST_TEST_LANE");
      if (lane !== "2/2") throw new Error(lane);
      await Deno.writeTextFile("${folder.path}/met", "");
    });`,
  );
  const last = await folder.write("last", GOOD);
  const phases = [
    { ...phase("first", 1, [[slow]]), background: [beside] },
    { ...phase("second", 1, []), background: [last] },
  ];
  const outcomes = (await run(phases, SILENT)).map(summarise);
  assertEquals(outcomes.slice(0, 2).toSorted(), ["beside 1 0", "slow 1 0"]);
  assertEquals(outcomes.slice(2), ["last 1 0"]);
});

Deno.test("run() fails a job that breaks after its tests", async () => {
  await using folder = await Folder.create();
  const job = await folder.write(
    "late",
    `${GOOD} addEventListener("unload", () => { throw new Error("late"); });`,
  );
  const outcomes = await run([phase("only", 1, [[job]])], SILENT);
  assertEquals(outcomes.map(({ success, tally }) => [success, tally.failed]), [
    [false, 1],
  ]);
});

const SILENT = { onPhase() {}, onEnd() {}, onSilence() {} };

function phase(name: string, lanes: number, chains: Job[][]): Phase {
  return { name, lanes, chains, background: [] };
}

function summarise({ name, tally }: Outcome): string {
  return `${name} ${tally.passed} ${tally.failed}`;
}

function waitFor(path: string): string {
  return `Deno.test("slow", async () => {
    for (let left = 1_000; left > 0; left -= 1) {
      try {
        return void await Deno.stat("${path}");
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    throw new Error("It ran alone");
  });`;
}

/** Test files of its own. */
class Folder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async create(): Promise<Folder> {
    return new Folder(await Deno.makeTempDir({ prefix: "holdfast-" }));
  }

  /** Writes a test file, and makes a job of it. */
  async write(name: string, source: string): Promise<Job> {
    const file = `${this.path}/${name}_test.ts`;
    await Deno.writeTextFile(file, source);
    return { name, files: [file] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
