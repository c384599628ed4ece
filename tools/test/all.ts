/**
 * Runs all tests, and prints how it goes.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { typescriptFiles } from "../gate/files.ts";
import { plan, type Special } from "./plan.ts";
import { ending } from "./report.ts";
import { type Outcome, run } from "./run.ts";

/** Runs all tests; those of some folders with flags of their own. */
export async function runAll(special?: Special): Promise<readonly Outcome[]> {
  const files = (await typescriptFiles("tests"))
    .filter((file) => file.endsWith("_test.ts"));
  const { hardwareConcurrency } = navigator;
  return await run(plan(files, hardwareConcurrency, special), {
    onPhase: ({ name, chains, background }) => {
      const runs = chains.flat().length + background.length;
      console.log(`\n${name}: ${runs} runs\n`);
    },
    onEnd: (outcome) => console.log(ending(outcome)),
    onSilence: (name, lastLine) => {
      console.log(`silent         ${name}: ${lastLine}`);
    },
  });
}
