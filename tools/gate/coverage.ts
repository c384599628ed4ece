import { deno } from "./deno.ts";
import { typescriptFiles } from "./files.ts";
import { uncovered } from "./lcov.ts";
import type { Result } from "./step.ts";

/**
 * Checks that the tests of some folders in tests/ run each line and take each
 * branch of their namesakes in lib/.
 */
export async function checkCoverage(
  names: readonly string[],
): Promise<Result> {
  const directory = await Deno.makeTempDir();
  try {
    return await measure(names, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function measure(
  names: readonly string[],
  directory: string,
): Promise<Result> {
  const lists = names.map((name) => typescriptFiles(`lib/${name}`));
  const files = (await Promise.all(lists)).flat();
  const run = await deno([
    "test",
    "--allow-all",
    "--coverage-raw-data-only",
    `--coverage=${directory}`,
    // A file that no test imports would not be in the report at all.
    ...files.flatMap((file) => ["--preload", `./${file}`]),
    ...names.map((name) => `tests/${name}`),
  ]);
  if (!run.success) return run;
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
