import { withConfig } from "./config.ts";
import { checkCoverage } from "./coverage.ts";
import { deno } from "./deno.ts";
import { typescriptFiles } from "./files.ts";
import { command, type Result, type Step, tests } from "./step.ts";

/** The folders of lib/ without clock, randomness and I/O. */
const PURE = ["connection", "queue", "rfc6455", "identity"];

/** The steps of the gate, the quick ones first. */
export function steps(entryPoints: readonly string[]): readonly Step[] {
  return [
    command("format", ["fmt", "--check"]),
    command("lint", ["lint"]),
    command("types, Deno libraries", ["check", "."]),
    {
      name: "types, DOM libraries",
      run: () => checkInBrowser(entryPoints),
    },
    command("documentation", ["doc", "--quiet", "--lint", ...entryPoints]),
    command("browser size", ["task", "size"]),
    command("publish, dry run", ["publish", "--dry-run", "--allow-dirty"]),
    {
      name: "coverage of the pure folders",
      run: () => checkCoverage(PURE),
    },
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
    tests("tests", ["task", "test"]),
  ];
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
