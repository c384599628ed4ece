/**
 * What is made of repeated figures. This file is pure.
 *
 * @module
 */

/** The middle one of the figures, or the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? NaN;
  return (upper + lower) / 2;
}

/** The figure that so many percent of all are not above. */
export function percentile(
  figures: readonly number[],
  percent: number,
): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const index = Math.ceil(sorted.length * percent / 100) - 1;
  return sorted[Math.max(0, index)] ?? NaN;
}
