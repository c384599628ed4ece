/**
 * Runs all tests, those that wait side by side, and ends with the summary of
 * `deno test`. With arguments it is `deno test` itself.
 *
 * ```sh
 * deno task test
 * deno task test tests/system/close_test.ts --filter drop
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { typescriptFiles } from "./gate/files.ts";
import { plan } from "./test/plan.ts";
import { conclusion, line } from "./test/report.ts";
import { FLAGS, run } from "./test/run.ts";

if (import.meta.main) {
  Deno.exitCode = Deno.args.length > 0
    ? await runPlainly(Deno.args)
    : await runAll();
}

async function runPlainly(args: readonly string[]): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", ...FLAGS, ...args],
  });
  return (await command.spawn().status).code;
}

async function runAll(): Promise<number> {
  const started = performance.now();
  const files = (await typescriptFiles("tests"))
    .filter((file) => file.endsWith("_test.ts"));
  const outcomes = await run(plan(files, navigator.hardwareConcurrency), {
    onPhase: ({ name, chains }) => {
      console.log(`\n${name}: ${chains.flat().length} runs\n`);
    },
    onEnd: (outcome) => console.log(line(outcome)),
    onSilence: (name, lastLine) => {
      console.log(`silent         ${name}: ${lastLine}`);
    },
  });
  const seconds = (performance.now() - started) / 1_000;
  console.log(conclusion(outcomes, seconds));
  return outcomes.every(({ success }) => success) ? 0 : 1;
}
