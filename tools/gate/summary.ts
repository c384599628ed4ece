/** How the tests of a run ended; steps of tests are not counted. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Tests and steps that did not run. */
  readonly ignored: number;
}

const SUMMARY =
  /^(?:ok|FAILED) \| (?<passed>\d+) passed[^|]*\| (?<failed>\d+) failed(?:[^|\n]*\| (?<tests>\d+) ignored(?: \((?<steps>\d+) steps?\))?)?/gm;

/**
 * Reads the summary that `deno test` ends with. A run without one failed before
 * its first test, which counts as one failure.
 */
export function readSummary(output: string): Tally {
  const groups = [...output.matchAll(SUMMARY)].at(-1)?.groups;
  if (groups === undefined) return { passed: 0, failed: 1, ignored: 0 };
  const count = (name: string) => Number(groups[name] ?? 0);
  return {
    passed: count("passed"),
    failed: count("failed"),
    ignored: count("tests") + count("steps"),
  };
}

/** Lines that are shown of an output without a list of errors. */
const TAIL = 60;

/**
 * Takes what matters from the output of a step that failed: the errors with
 * all that follows, or else the end, where a test that hangs is named.
 */
export function excerpt(output: string): string {
  const errors = output.search(/^ ERRORS $/m);
  if (errors >= 0) return output.slice(errors).trim();
  return output.trim().split("\n").slice(-TAIL).join("\n");
}
