/**
 * A run that has to find nothing.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { RunOptions, RunResult } from "./run_lanes.ts";

/** Runs a lab, and fails with what was wrong and the commands that repeat it. */
export async function survive<Setup extends string>(
  run: (
    options: RunOptions<Setup>,
  ) => Promise<Pick<RunResult<unknown, never>, "faults" | "failures">>,
  options: RunOptions<Setup>,
): Promise<void> {
  const { faults, failures } = await run(options);
  assert(faults >= options.faults);
  const report = failures.map(({ violations, repeat }) => ({
    violations: violations.slice(0, 5),
    repeat,
  }));
  assertEquals(report, []);
}
