/**
 * The table of results, as Markdown. This file is pure.
 *
 * @module
 */

import type { Figures, Row, Scenario } from "./scenario.ts";
import { median } from "./statistics.ts";
import { type Subject, SUBJECTS } from "./subjects.ts";

/** The figures of all runs of one scenario. */
export interface Result {
  readonly scenario: Scenario;
  readonly figures: ReadonlyMap<Subject, readonly Figures[]>;
}

/** Makes a table of medians; `"all"`: with the rows that explain others. */
export function table(results: readonly Result[], shown?: "all"): string {
  const subjects = SUBJECTS.filter((each) =>
    each !== "bare" || shown === "all"
  );
  const head = ["what", "reach", "holds", ...subjects];
  const body = results.flatMap((result) =>
    result.scenario.rows
      .filter((row) => shown === "all" || row.shown === undefined)
      .map((row) => cells(row, result, subjects))
  );
  return align([head, ...body]).map((row) => `| ${row.join(" | ")} |`)
    .toSpliced(1, 0, `|${head.map(() => " --- ").join("|")}|`).join("\n");
}

function cells(
  row: Row,
  result: Result,
  subjects: readonly Subject[],
): readonly string[] {
  const figures = subjects.map((subject) => middle(row, result, subject));
  const [base = NaN, ours = NaN] = figures;
  return [
    row.title,
    reach(row),
    verdict(row, compare(row, ours, base)),
    ...figures.map((figure, index) =>
      Number.isNaN(figure)
        ? "–"
        : index === 0
        ? amount(figure, row.unit)
        : `${amount(figure, row.unit)}${relation(row, figure, base)}`
    ),
  ];
}

function middle(row: Row, { figures }: Result, subject: Subject): number {
  return median(
    (figures.get(subject) ?? []).map((each) => each[row.figure] ?? NaN),
  );
}

/** What is compared with the reach. */
function compare({ compare }: Row, figure: number, base: number): number {
  switch (compare) {
    case "ratio":
      return figure / base;
    case "difference":
      return figure - base;
    case "none":
      return figure;
  }
}

function relation(row: Row, figure: number, base: number): string {
  const compared = compare(row, figure, base);
  if (row.compare === "none" || Number.isNaN(compared)) return "";
  if (row.compare === "ratio") return ` (${compared.toFixed(2)} ×)`;
  const sign = compared < 0 ? "−" : "+";
  return ` (${sign} ${Math.abs(compared).toFixed(1)})`;
}

function reach({ reach, compare, unit }: Row): string {
  if (reach === undefined) return "";
  const [relation, limit] = reach;
  const sign = relation === ">=" ? "≥" : "≤";
  switch (compare) {
    case "ratio":
      return `${sign} ${limit} ×`;
    case "difference":
      return `${sign} + ${limit} ${unit}`;
    case "none":
      return `${sign} ${limit} ${unit}`.trim();
  }
}

function verdict({ reach }: Row, compared: number): string {
  if (reach === undefined || Number.isNaN(compared)) return "";
  const [relation, limit] = reach;
  const holds = relation === ">=" ? compared >= limit : compared <= limit;
  return holds ? "yes" : "no";
}

function amount(figure: number, unit: string): string {
  const digits = figure >= 100 ? 0 : figure >= 10 ? 1 : 2;
  const text = figure === 0 ? "0" : figure.toFixed(digits)
    .replace(/\B(?=(?:\d{3})+$)/g, ",");
  return unit === "" || unit.startsWith("/")
    ? `${text}${unit}`
    : `${text} ${unit}`;
}

function align(rows: readonly (readonly string[])[]): readonly string[][] {
  const widths =
    rows[0]?.map((_, column) =>
      Math.max(...rows.map((row) => row[column]?.length ?? 0))
    ) ?? [];
  return rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
  );
}
