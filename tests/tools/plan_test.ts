import { assertEquals } from "@std/assert";
import { typescriptFiles } from "../../tools/gate/files.ts";
import { PURE } from "../../tools/gate/steps.ts";
import {
  ALONE,
  BROWSERS,
  CALM,
  LONG,
  PATIENT,
  type Phase,
  plan,
} from "../../tools/test/plan.ts";

const LISTS = [...ALONE, ...CALM, ...BROWSERS, ...LONG];
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

Deno.test("plan() runs what measures time one after the other", () => {
  const [alone] = plan(tests, 8);
  assertEquals(alone?.lanes, 1);
  assertEquals(alone?.chains.flat().flatMap(({ files }) => files), ALONE);
});

Deno.test("plan() runs patient tests beside those that run alone", () => {
  const [alone, ...others] = plan(tests, 2);
  const { name, files } = alone!.background[0]!;
  assertEquals(name, "patient unit tests");
  const found = new Set(files.map((file) => file.split("/")[1]!));
  assertEquals([...found].toSorted(), PATIENT.toSorted());
  assertEquals(others.flatMap(({ background }) => background), []);
});

Deno.test("plan() gives the flags of pure folders to all of them", () => {
  const special = { name: "special", folders: PURE, flags: [] };
  const found = plan(tests, 2, special)[0]!.background[0]!.files
    .map((file) => file.split("/")[1]!);
  assertEquals([...new Set(found)].toSorted(), PURE.toSorted());
});

Deno.test("plan() starts one browser at a time", () => {
  const chains = plan(tests, 8).at(-1)!.chains;
  assertEquals(
    chains.find((jobs) => jobs.some(({ name }) => name === BROWSERS[0]))
      ?.map(({ name }) => name),
    BROWSERS,
  );
});

Deno.test("plan() begins with what takes longest", () => {
  const names = plan(tests, 2).at(-1)!.chains.map(([job]) => job?.name);
  assertEquals(names.slice(0, 2 + LONG.length), [
    BROWSERS[0],
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
  assertEquals(plan([], 2).flatMap(filesOf), []);
});

Deno.test("plan() gives a process to each test of a system, not to its parts", () => {
  const [, , beside] = plan([
    "tests/examples/a_test.ts",
    "tests/system/browser/b_test.ts",
    "tests/system/browser/parts/c_test.ts",
    "tests/system/chaos/check/d_test.ts",
    "tests/system/soak/e_test.ts",
  ], 2);
  assertEquals(beside?.chains.map((jobs) => jobs.flatMap((job) => job.files)), [
    [
      "tests/system/browser/parts/c_test.ts",
      "tests/system/chaos/check/d_test.ts",
      "tests/system/soak/e_test.ts",
    ],
    ["tests/examples/a_test.ts"],
    ["tests/system/browser/b_test.ts"],
  ]);
});

Deno.test("plan() gives the tests of some folders flags of their own", () => {
  const [alone, , beside] = plan(
    ["tests/queue/b_test.ts", "tests/session/c_test.ts", "tests/d/e_test.ts"],
    2,
    { name: "special", folders: ["queue"], flags: ["--coverage"] },
  );
  assertEquals([alone?.background, beside?.chains.flat()], [
    [{
      name: "special",
      files: ["tests/queue/b_test.ts"],
      flags: ["--parallel", "--coverage"],
    }, {
      name: "patient unit tests",
      files: ["tests/session/c_test.ts"],
      flags: ["--parallel"],
    }],
    [{
      name: "unit tests",
      files: ["tests/d/e_test.ts"],
      flags: ["--parallel"],
    }],
  ]);
});

Deno.test("plan() gives tests that explore no flags of a folder", () => {
  const explore = [
    "tests/queue/model_test.ts",
    "tests/queue/histories_test.ts",
    "tests/queue/b/fuzz_test.ts",
    "tests/queue/pattern_fuzz_test.ts",
    "tests/queue/conformance/autobahn_test.ts",
  ];
  const files = [...explore, "tests/queue/remodel_test.ts"];
  const special = { name: "special", folders: ["queue"], flags: [] };
  const [first, second] = plan(files, 2, special)[0]!.background;
  assertEquals(first?.files, ["tests/queue/remodel_test.ts"]);
  assertEquals(second?.files, explore);
});

function filesOf({ chains, background }: Phase): readonly string[] {
  return [...chains.flat(), ...background].flatMap(({ files }) => files);
}
