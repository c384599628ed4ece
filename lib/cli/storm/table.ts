/**
 * Formats the result of a survey as a Markdown table.
 *
 * @module
 */

import type { Scenario } from "./scenario.ts";
import type { Row } from "./survey.ts";

const HEAD: readonly string[] = [
  "policy",
  "attempts",
  "openings",
  "p50",
  "p99",
  "each",
  "distance",
];

/** The meaning of the columns. */
export const LEGEND =
  `attempts, openings: the most in 100 ms; p50, p99: seconds until that part of
the lost connections was back, from when it was possible; each: attempts per
lost connection; distance: openings × p99 / clients, where 1 is the optimum.
`;

/** Formats the medians of a survey. */
export function formatTable(scenario: Scenario, rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map((row) => cells(scenario, row))];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((line) => line[column]!.length))
  );
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  const [head, ...body] = lines.map((line) =>
    line.map((cell, column) => pad(cell, widths[column]!, column))
  );
  return [head!, rule, ...body].map((line) => `| ${line.join(" | ")} |\n`)
    .join("");
}

function cells(scenario: Scenario, { policy, figures }: Row): string[] {
  const { peakAttempts, peakOpenings, p50, p99, attemptsEach, distance } =
    figures;
  return [
    policy,
    whole(peakAttempts),
    whole(peakOpenings),
    seconds(p50),
    seconds(p99),
    attemptsEach.toFixed(1),
    scenario.outages.length === 1 && Number.isFinite(distance)
      ? distance.toFixed(2)
      : "n/a",
  ];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function seconds(milliseconds: number): string {
  return Number.isFinite(milliseconds)
    ? (milliseconds / 1_000).toFixed(1)
    : "never";
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
