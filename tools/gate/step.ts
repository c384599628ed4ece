import { deno, type Outcome } from "./deno.ts";
import { readSummary, type Tally } from "./summary.ts";

/** How a step of the gate ended. */
export interface Result {
  readonly success: boolean;
  /** Shown when the step failed. */
  readonly output: string;
  /** The tests that ran, in a step that runs tests. */
  readonly tests?: Tally;
}

/** One thing that must hold before a commit. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<Result>;
}

/** A step that is one run of Deno. */
export function command(name: string, args: readonly string[]): Step {
  return { name, run: () => deno(args) };
}

/** A step that runs tests. */
export function tests(name: string, args: readonly string[]): Step {
  return { name, run: async () => judge(await deno(args)) };
}

/** Reads how a run of tests ended; in CI each ignored test fails it. */
export function judge({ success, output }: Outcome): Result {
  const tally = readSummary(output);
  const missed = Deno.env.has("CI") ? tally.ignored : 0;
  return {
    success: success && missed === 0,
    output: missed === 0
      ? output
      : `${output}\nNo test may be ignored in CI: ${missed} were`,
    tests: { ...tally, failed: tally.failed + missed },
  };
}
