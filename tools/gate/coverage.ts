import { deno } from "./deno.ts";
import { typescriptFiles } from "./files.ts";
import { uncovered } from "./lcov.ts";
import type { Result } from "./step.ts";

/**
 * Checks that the tests of a directory in tests/ run each line and take each
 * branch of its namesake in lib/.
 */
export async function checkCoverage(name: string): Promise<Result> {
  const directory = await Deno.makeTempDir();
  try {
    return await measure(name, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function measure(name: string, directory: string): Promise<Result> {
  const files = await typescriptFiles(`lib/${name}`);
  const run = await deno([
    "test",
    "--allow-all",
    "--coverage-raw-data-only",
    `--coverage=${directory}`,
    // A file that no test imports would not be in the report at all.
    ...files.flatMap((file) => ["--preload", `./${file}`]),
    `tests/${name}`,
  ]);
  if (!run.success) return run;
  const report = await deno([
    "coverage",
    "--lcov",
    `--include=/lib/${name}/`,
    directory,
  ]);
  if (!report.success) return report;
  const gaps = uncovered(report.output, Deno.cwd());
  return { success: gaps.length === 0, output: gaps.join("\n") };
}
