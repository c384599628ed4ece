/**
 * Finds the shortest part of a list that still fails (Zeller, "Simplifying and
 * isolating failure-inducing input": ddmin).
 *
 * @module
 */

/**
 * Shrinks a list that fails.
 *
 * @param items The list.
 * @param fails Whether a part of it, in its order, fails as well.
 * @returns A part that fails, and that does not once any single item is gone.
 */
export async function shrink<T>(
  items: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = items;
  let pieces = 2;
  while (kept.length > 1) {
    const smaller = await withoutOne(kept, pieces, fails);
    if (smaller !== undefined) {
      kept = smaller;
      pieces = Math.max(2, pieces - 1);
    } else if (pieces >= kept.length) break;
    else pieces = Math.min(kept.length, pieces * 2);
  }
  return kept;
}

/** The list without the first of its pieces that is not needed. */
async function withoutOne<T>(
  items: readonly T[],
  pieces: number,
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  for (let piece = 0; piece < pieces; piece += 1) {
    const start = Math.floor(piece * items.length / pieces);
    const end = Math.floor((piece + 1) * items.length / pieces);
    const rest = items.toSpliced(start, end - start);
    if (await fails(rest)) return rest;
  }
  return undefined;
}
