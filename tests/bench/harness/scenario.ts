/**
 * What a measurement is: figures of one run, and the rows made of them.
 *
 * @module
 */

import type { Connect, Subject } from "./subjects.ts";

/** The figures of one run, by name. */
export type Figures = Readonly<Record<string, number>>;

/** Where the server is. */
export interface Place {
  /** `Deno.serve`, in a process of its own. */
  readonly url: string;
  /** A TCP server that writes frames encoded beforehand, beside it. */
  readonly packed: string;
  /** A server of `npm:ws` that sees pings, beside it. */
  readonly pinged: string;
}

/** One row of the table. */
export interface Row {
  /** What is measured. */
  readonly title: string;
  /** Which figure. */
  readonly figure: string;
  readonly unit: string;
  /** How a figure is compared with that of the platform's WebSocket. */
  readonly compare: "ratio" | "difference" | "none";
  /** `"all"`: a row that explains others, printed with `--all` only. */
  readonly shown?: "all";
  /** The figure to reach: `>=` or `<=` of the comparison, or of the figure. */
  readonly reach?: readonly [">=" | "<=", number];
}

/** Something that is measured, in a fresh process each time. */
export interface Scenario {
  readonly name: string;
  readonly rows: readonly Row[];
  /** `"all"`: measured with `--all` or by name only. */
  readonly shown?: "all";
  /** How often each client is measured; the platform's and ours. */
  readonly repetitions: number;
  /** How often the others are measured: they change little from run to run. */
  readonly otherRepetitions: number;
  /** Whether the bare client is measured too, as often as ours; with `--all` only. */
  readonly bare?: true;
  /** Whom it makes sense for. All of them, but `bare`, if absent. */
  readonly subjects?: readonly Subject[];
  /** Whether clients may be measured at the same time, as they wait most of it. */
  readonly together?: boolean;
  /** Runs in the process of the client. */
  readonly measure: (connect: Connect, place: Place) => Promise<Figures>;
}
