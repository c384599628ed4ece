import { assertEquals } from "@std/assert";
import { typescriptFiles } from "../../tools/gate/files.ts";
import {
  ALONE,
  CALM,
  CHROMIUM,
  LONG,
  type Phase,
  plan,
} from "../../tools/test/plan.ts";

const LISTS = [...ALONE, ...CALM, ...CHROMIUM, ...LONG];
const tests = (await typescriptFiles("tests"))
  .filter((file) => file.endsWith("_test.ts"));

Deno.test("plan() runs each test file once", () => {
  const planned = plan(tests, 2).flatMap(filesOf);
  assertEquals(planned.toSorted(), tests.toSorted());
});

Deno.test("plan() knows no file that is not there, and none twice", () => {
  assertEquals(LISTS.filter((file) => !tests.includes(file)), []);
  assertEquals(new Set(LISTS).size, LISTS.length);
});

Deno.test("plan() gives what measures time the machine for itself, one after the other", () => {
  const [alone] = plan(tests, 8);
  assertEquals(alone?.lanes, 1);
  assertEquals(filesOf(alone!), ALONE);
});

Deno.test("plan() starts one Chromium at a time", () => {
  const chains = plan(tests, 8).at(-1)!.chains;
  assertEquals(
    chains.find((jobs) => jobs.some(({ name }) => name === CHROMIUM[0]))
      ?.map(({ name }) => name),
    CHROMIUM,
  );
});

Deno.test("plan() begins with what takes longest", () => {
  const names = plan(tests, 2).at(-1)!.chains.map(([job]) => job?.name);
  assertEquals(names.slice(0, 2 + LONG.length), [
    CHROMIUM[0],
    "unit tests",
    ...LONG,
  ]);
});

Deno.test("plan() leaves out lists whose files are not there", () => {
  const phases = plan(["tests/a_test.ts", "tests/b/c_test.ts"], 2);
  assertEquals(phases.map(({ chains }) => chains), [[], [], [[{
    name: "unit tests",
    files: ["tests/a_test.ts", "tests/b/c_test.ts"],
    flags: ["--parallel"],
  }]]]);
  assertEquals(plan([], 2).flatMap(({ chains }) => chains), []);
});

Deno.test("plan() gives the tests of some folders flags of their own", () => {
  const chains = plan(
    ["tests/a/b_test.ts", "tests/ab/c_test.ts", "tests/d/e_test.ts"],
    2,
    { name: "special", folders: ["a", "d"], flags: ["--coverage"] },
  ).at(-1)!.chains;
  assertEquals(chains, [
    [{
      name: "special",
      files: ["tests/a/b_test.ts", "tests/d/e_test.ts"],
      flags: ["--parallel", "--coverage"],
    }],
    [{
      name: "unit tests",
      files: ["tests/ab/c_test.ts"],
      flags: ["--parallel"],
    }],
  ]);
});

Deno.test("plan() gives tests that explore no flags of a folder", () => {
  const explore = [
    "tests/a/model_test.ts",
    "tests/a/histories_test.ts",
    "tests/a/b/fuzz_test.ts",
    "tests/a/pattern_fuzz_test.ts",
    "tests/a/conformance/autobahn_test.ts",
  ];
  const files = [...explore, "tests/a/remodel_test.ts"];
  const special = { name: "special", folders: ["a"], flags: [] };
  const [first, second] = plan(files, 2, special).at(-1)!.chains.flat();
  assertEquals(first?.files, ["tests/a/remodel_test.ts"]);
  assertEquals(second?.files, explore);
});

function filesOf({ chains }: Phase): readonly string[] {
  return chains.flat().flatMap(({ files }) => files);
}
