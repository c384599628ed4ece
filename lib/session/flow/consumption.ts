/**
 * Converts what the application has consumed into the number that may be
 * acknowledged.
 *
 * Deliveries have an index, from 1, that never goes back. Numbers may go back:
 * after a store lost data, the client may still hold messages whose numbers the
 * server now gives to others. A mark says from which delivery on the numbers
 * continue after another number.
 *
 * @module
 */

/** From the delivery after `index` on, numbers go on after `seq`. */
export interface Mark {
  readonly index: number;
  readonly seq: number;
}

/** Marks, the oldest first. Never empty; at most the first is consumed whole. */
export type Marks = readonly Mark[];

/** Marks of a receiver for whom the delivery after `index` is `seq + 1`. */
export function startMarks(index: number, seq: number): Marks {
  return [{ index, seq }];
}

/** Notes that numbers go on after `seq` from the delivery after `index` on. */
export function addMark(marks: Marks, { index, seq }: Mark): Marks {
  // Replaces an earlier mark of this index: nothing was delivered after it.
  return [...marks.filter((mark) => mark.index < index), { index, seq }];
}

/** Forgets the marks that a consumed delivery has passed. */
export function pruneMarks(marks: Marks, consumed: number): Marks {
  const passed = marks.findLastIndex(({ index }) => index <= consumed);
  return passed <= 0 ? marks : marks.slice(passed);
}

/**
 * The highest number that may be acknowledged. It is no number that a later
 * mark took back: that belongs to another message now.
 *
 * @param consumed The index of the last delivery that was consumed.
 */
export function acknowledgeable(marks: Marks, consumed: number): number {
  const [first] = marks;
  // The usual case: this runs for each message.
  if (marks.length === 1 && first!.index <= consumed) {
    return first!.seq + consumed - first!.index;
  }
  const passed = marks.findLastIndex(({ index }) => index <= consumed);
  const own = marks[passed];
  const later = marks.slice(passed + 1).map(({ seq }) => seq);
  const reached = own === undefined ? 0 : own.seq + consumed - own.index;
  return Math.min(reached, ...later);
}
