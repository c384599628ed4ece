import { deno } from "./deno.ts";
import { typescriptFiles } from "./files.ts";
import { uncovered } from "./lcov.ts";
import type { Result } from "./step.ts";

/** The flags with which `deno test` writes down, in a directory, what of some folders in lib/ it runs. */
export async function coverageFlags(
  names: readonly string[],
  directory: string,
): Promise<readonly string[]> {
  const lists = names.map((name) => typescriptFiles(`lib/${name}`));
  const files = (await Promise.all(lists)).flat();
  return [
    "--coverage-raw-data-only",
    `--coverage=${directory}`,
    // A file that no test imports would not be in the report at all.
    ...files.flatMap((file) => ["--preload", `./${file}`]),
  ];
}

/** Checks that each line and each branch of some folders in lib/ was run. */
export async function checkCoverage(
  names: readonly string[],
  directory: string,
): Promise<Result> {
  const report = await deno([
    "coverage",
    "--lcov",
    `--include=/lib/(${names.join("|")})/`,
    directory,
  ]);
  if (!report.success) return report;
  const gaps = uncovered(report.output, Deno.cwd());
  return { success: gaps.length === 0, output: gaps.join("\n") };
}
