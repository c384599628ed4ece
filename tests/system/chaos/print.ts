/**
 * What the programs of both labs print alike.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import type { Failure } from "./run_lanes.ts";

/** Prints how long the ways back took, given in milliseconds. */
export function printRecoveries(recoveries: readonly number[]): void {
  const times = recoveries.toSorted((a, b) => a - b);
  console.log(
    `recovery: median ${quantile(times, 0.5)} ms, ` +
      `p99 ${quantile(times, 0.99)} ms, longest ${quantile(times, 1)} ms`,
  );
}

/**
 * Prints what was wrong, the shortest schedules, and how to repeat them.
 *
 * @param failures What was wrong.
 * @param folder Where to keep the histories that were found wrong, if at all.
 */
export function printFailures(
  failures: readonly Failure<unknown>[],
  folder: string | undefined,
): void {
  for (const [index, failure] of failures.entries()) {
    const { violations, schedule, repeat, evidence } = failure;
    for (const { rule, detail } of violations.slice(0, 10)) {
      console.log(`violation: ${rule}: ${detail}`);
    }
    console.log(JSON.stringify(schedule));
    console.log(`repeat: ${repeat}`);
    if (folder === undefined) continue;
    const file = `${folder}/history-${index + 1}.json`;
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(file, JSON.stringify(evidence));
    console.log(`histories: ${file}`);
  }
}

function quantile(sorted: readonly number[], part: number): string {
  const index = Math.min(sorted.length - 1, Math.floor(sorted.length * part));
  return (sorted[index] ?? NaN).toFixed(0);
}
