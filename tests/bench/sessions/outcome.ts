/**
 * What is lost, repeated and reported, and how the tables say it. This file is pure.
 *
 * @module
 */

/** What came of one fault. */
export interface Outcome {
  readonly messages: number;
  readonly lost: number;
  /** Lost by clients to which each return reported that they missed nothing. */
  readonly silent: number;
  readonly repeated: number;
  readonly disordered: number;
  /** Losses of which the number was reported. */
  readonly reported: number;
}

/** What one client saw. */
export interface Part
  extends Pick<Outcome, "lost" | "repeated" | "disordered" | "reported"> {
  /** Whether each return reported that all is there. */
  readonly isSure: boolean;
}

/** Compares what came with the numbers that were sent: all up to `wanted`. */
export function compare(
  got: readonly number[],
  wanted: number,
): Pick<Outcome, "lost" | "repeated" | "disordered"> {
  const distinct = new Set(got).size;
  const disordered =
    got.filter((number, index) => index > 0 && number < got[index - 1]!).length;
  return {
    lost: wanted - distinct,
    repeated: got.length - distinct,
    disordered,
  };
}

/** Adds up what clients saw. */
export function total(parts: readonly Part[], messages: number): Outcome {
  const sum = (of: (part: Part) => number) =>
    parts.reduce((all, part) => all + of(part), 0);
  return {
    messages,
    lost: sum(({ lost }) => lost),
    silent: sum(({ lost, isSure }) => isSure ? lost : 0),
    repeated: sum(({ repeated }) => repeated),
    disordered: sum(({ disordered }) => disordered),
    reported: sum(({ reported }) => reported),
  };
}

/** Says it in a cell of a table. */
export function describe(outcome: Outcome): string {
  const { lost, silent, messages, repeated, disordered, reported } = outcome;
  const losses = `${lost} of ${messages} lost` +
    (lost > 0 ? ` (${silent} unknown to their clients)` : "");
  return `${losses}, ${repeated} repeated, ${disordered} out of order, ` +
    `${reported} reported`;
}
