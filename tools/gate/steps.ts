import { withConfig } from "./config.ts";
import { runAll } from "../test/all.ts";
import { conclusion } from "../test/report.ts";
import { checkCoverage, coverageFlags } from "./coverage.ts";
import { deno } from "./deno.ts";
import { typescriptFiles } from "./files.ts";
import { command, judge, type Result, type Step, tests } from "./step.ts";

/** The folders of lib/ without clock, randomness and I/O. */
export const PURE = ["connection", "queue", "rfc6455", "identity", "session"];

/** Steps that run side by side; a group begins when the one before it is over. */
export type Group = readonly Step[];

/**
 * The steps of the gate, the quick ones first. The tests run alone, as some of
 * them measure time.
 *
 * @param entryPoints The package's modules.
 * @param directory An empty one, for what the tests cover.
 */
export function groups(
  entryPoints: readonly string[],
  directory: string,
): readonly Group[] {
  return [
    [command("format", ["fmt", "--check"]), command("lint", ["lint"])],
    [
      command("types, Deno libraries", ["check", "."]),
      { name: "types, DOM libraries", run: () => checkInBrowser(entryPoints) },
      command("documentation", ["doc", "--quiet", "--lint", ...entryPoints]),
      command("browser size", ["task", "size"]),
      command("publish, dry run", ["publish", "--dry-run", "--allow-dirty"]),
      tests("examples in the documentation", [
        "test",
        "--allow-all",
        "--doc",
        // The worker's script runs in workers only, and has nothing to show.
        ...entryPoints.filter((path) => !path.endsWith("worker.ts")),
        "lib/",
        "docs/",
        "README.md",
      ]),
    ],
    [{ name: "tests", run: () => runTests(directory) }],
    [{
      name: "coverage of the pure folders",
      run: () => checkCoverage(PURE, directory),
    }],
  ];
}

async function runTests(directory: string): Promise<Result> {
  const started = performance.now();
  const outcomes = await runAll({
    name: "unit tests of the pure folders",
    folders: PURE,
    flags: await coverageFlags(PURE, directory),
  });
  const seconds = (performance.now() - started) / 1_000;
  return judge({
    success: outcomes.every(({ success }) => success),
    output: conclusion(outcomes, seconds),
  });
}

/** Checks all but the command line with the types that a browser has. */
async function checkInBrowser(entryPoints: readonly string[]): Promise<Result> {
  const lib = ["dom", "dom.iterable", "dom.asynciterable", "esnext"];
  // JavaScript, so that its types do not become those of all that Deno checks.
  const page = "examples/browser/page.js";
  const files = [...entryPoints, ...await typescriptFiles("lib"), page];
  return await withConfig(
    "dom",
    (config) => ({
      ...config,
      compilerOptions: { ...config.compilerOptions, lib, checkJs: true },
    }),
    (path) =>
      deno([
        "check",
        `--config=${path}`,
        ...files.filter((file) => !file.includes("lib/cli/")),
      ]),
  );
}
