/**
 * Whether something grows: a straight line through samples, by least squares.
 *
 * @module
 */

/** A sample: how far a run was, and what was measured. */
export type Point = readonly [x: number, y: number];

/** What is left out at the start: caches fill and code is compiled. */
const WARM_UP = 0.2;

/**
 * Fits a line.
 *
 * @param points At least two, with different `x`.
 * @returns How much `y` grows when `x` grows by 1; `NaN` for fewer points.
 */
export function slopeOf(points: readonly Point[]): number {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  let products = 0;
  let squares = 0;
  for (const [x, y] of points) {
    products += (x - meanX) * (y - meanY);
    squares += (x - meanX) ** 2;
  }
  return products / squares;
}

/**
 * Leaves out the start of a run.
 *
 * @param points All samples, in order.
 * @returns Those after the first fifth.
 */
export function afterWarmUp(points: readonly Point[]): readonly Point[] {
  return points.slice(Math.floor(points.length * WARM_UP));
}

/**
 * Tells how much a line through the samples grows from the first to the last.
 *
 * @param points The samples, in order.
 * @returns The growth, in units of `y`.
 */
export function growthOf(points: readonly Point[]): number {
  const [first] = points.at(0) ?? [NaN];
  const [last] = points.at(-1) ?? [NaN];
  return slopeOf(points) * (last - first);
}
