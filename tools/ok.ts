/**
 * The gate: runs everything that must hold before a commit, and ends with the
 * number of tests and steps that passed and failed.
 *
 * ```sh
 * deno task ok
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { pooledMap } from "@std/async";
import { readConfig } from "./gate/config.ts";
import type { Result, Step } from "./gate/step.ts";
import { excerpt } from "./gate/summary.ts";
import { groups } from "./gate/steps.ts";

if (import.meta.main) {
  const { exports } = await readConfig();
  const directory = await Deno.makeTempDir();
  let passed = 0;
  let failed = 0;
  for (const steps of groups(Object.values(exports), directory)) {
    const results = pooledMap(navigator.hardwareConcurrency, steps, report);
    for await (const { success, tests } of results) {
      passed += tests?.passed ?? 0;
      failed += success ? 0 : Math.max(tests?.failed ?? 0, 1);
    }
  }
  await Deno.remove(directory, { recursive: true });
  console.log(`${passed} passed, ${failed} failed`);
  Deno.exitCode = failed === 0 ? 0 : 1;
}

async function report(step: Step): Promise<Result> {
  const started = performance.now();
  const result = await step.run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const verdict = result.success ? "ok    " : "FAILED";
  console.log(
    `${verdict} ${seconds.padStart(6)} s  ${step.name}${count(result)}`,
  );
  if (!result.success) console.log(`\n${excerpt(result.output)}\n`);
  return result;
}

function count({ tests }: Result): string {
  if (tests === undefined) return "";
  const { passed, failed, ignored } = tests;
  return `: ${passed} passed, ${failed} failed, ${ignored} ignored`;
}
