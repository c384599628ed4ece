/**
 * What a run of the tests prints.
 *
 * @module
 */

import { excerpt } from "../gate/summary.ts";
import type { Outcome } from "./run.ts";

/** One line about a job that has ended. */
export function line({ name, success, tally, seconds }: Outcome): string {
  const { passed, failed, ignored } = tally;
  const counts = [
    `${passed} passed`,
    ...failed > 0 ? [`${failed} failed`] : [],
    ...ignored > 0 ? [`${ignored} ignored`] : [],
  ];
  const verdict = success ? "ok    " : "FAILED";
  const time = `${seconds.toFixed(1).padStart(6)} s`;
  return `${verdict} ${time}  ${name}: ${counts.join(", ")}`;
}

/** What is printed when a job has ended: its line, and at once what failed. */
export function ending(outcome: Outcome): string {
  if (outcome.success) return line(outcome);
  return `${line(outcome)}\n\n${excerpt(outcome.output)}`;
}

/**
 * What stands at the end: the failures in full, why tests were ignored, and the
 * summary in the form of `deno test`.
 */
export function conclusion(
  outcomes: readonly Outcome[],
  seconds: number,
): string {
  const failures = outcomes.filter(({ success }) => !success);
  const total = (key: "passed" | "failed" | "ignored") =>
    outcomes.reduce((sum, { tally }) => sum + tally[key], 0);
  const verdict = failures.length === 0 ? "ok" : "FAILED";
  return [
    ...failures.length > 0 ? ["", " ERRORS "] : [],
    ...failures.flatMap(({ name, output }) => [
      `\n${name}\n`,
      excerpt(output),
    ]),
    "",
    ...reasons(outcomes),
    `${verdict} | ${total("passed")} passed | ${total("failed")} failed | ` +
    `${total("ignored")} ignored (${duration(seconds)})`,
  ].join("\n");
}

/** What tests/system/requirements.ts prints, once. */
function reasons(outcomes: readonly Outcome[]): readonly string[] {
  const found = outcomes.flatMap(({ output }) =>
    output.match(/^Tests that need .* are ignored: .*$/gm) ?? []
  );
  return [...new Set(found)].sort();
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${whole % 60}s`;
}
