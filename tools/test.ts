/**
 * Runs all tests, those that wait side by side, and ends with the summary of
 * `deno test`. With arguments it is `deno test` itself.
 *
 * ```sh
 * deno task test
 * deno task test tests/system/connection/close_test.ts --filter drop
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { runAll } from "./test/all.ts";
import { conclusion } from "./test/report.ts";
import { FLAGS } from "./test/run.ts";

if (import.meta.main) {
  Deno.exitCode = Deno.args.length > 0
    ? await runPlainly(Deno.args)
    : await runTogether();
}

async function runPlainly(args: readonly string[]): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", ...FLAGS, ...args],
  });
  return (await command.spawn().status).code;
}

async function runTogether(): Promise<number> {
  const started = performance.now();
  const outcomes = await runAll();
  const seconds = (performance.now() - started) / 1_000;
  console.log(conclusion(outcomes, seconds));
  return outcomes.every(({ success }) => success) ? 0 : 1;
}
