/**
 * What the common suite prints in one runtime.
 *
 * @module
 */

import type { Figures } from "../../tests/runtimes/suite/figures.ts";

/** A case that failed. */
export interface Failure {
  readonly name: string;
  readonly error: string;
}

/** How the suite went. */
export interface Report {
  /** The runtime and its version. */
  readonly version: string;
  /** The cases that passed. */
  readonly passed: readonly string[];
  readonly failures: readonly Failure[];
  /** If they were wanted. */
  readonly figures?: Figures;
}

/** Reads what the suite printed: a line of JSON for each case, and a last one. */
export function readReport(version: string, output: string): Report {
  const passed: string[] = [];
  const failures: Failure[] = [];
  let end: { readonly figures?: Figures } | undefined;
  for (const line of output.split("\n")) {
    if (!line.startsWith("{")) continue;
    const record = JSON.parse(line);
    if ("ended" in record) end = record;
    else if ("error" in record) failures.push(record);
    else passed.push(record.name);
  }
  if (end !== undefined) {
    const { figures } = end;
    return { version, passed, failures, ...figures && { figures } };
  }
  const early = { name: "The suite", error: `It ended early:\n${output}` };
  return { version, passed, failures: [...failures, early] };
}
