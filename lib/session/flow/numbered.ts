/**
 * A list whose entries have consecutive numbers: what is sent and not yet
 * acknowledged, what came and is not yet consumed, what a store keeps.
 *
 * Each operation returns a new list and leaves the old one as it was, in
 * amortised constant time: versions share one array, of which each sees its own
 * part. Only the newest version may append in place; a push to an older one
 * copies.
 *
 * @module
 */

/** Entries with the numbers `first` to `last`; empty if `last` is `first - 1`. */
export interface Numbered<T> {
  readonly first: number;
  readonly last: number;
  /** The entry of number `n` is at `n - base`. Only this file looks in here. */
  readonly items: readonly T[];
  /** The number of the first item, which may have left the list. */
  readonly base: number;
}

/** Fewer entries that have left are not worth a copy. */
const COMPACT_FROM = 64;

/** Shared by all lists without entries: there may be a hundred thousand. */
const NO_ITEMS: readonly never[] = Object.freeze([]);
const EMPTY: Numbered<never> = { first: 1, last: 0, items: NO_ITEMS, base: 1 };

/** A list without entries, whose first one will have the number `after + 1`. */
export function emptyAfter<T>(after: number): Numbered<T> {
  if (after === 0) return EMPTY;
  return { first: after + 1, last: after, items: NO_ITEMS, base: after + 1 };
}

/**
 * The list of the numbers `first` to `last` of which only the first entries are
 * at hand. Nobody may ask for the others.
 */
export function startingWith<T>(
  { first, last }: Pick<Numbered<T>, "first" | "last">,
  entries: readonly T[],
): Numbered<T> {
  // Without entries, no array: room for 10,000 messages takes much memory.
  if (entries.length === 0) {
    return { first, last, items: NO_ITEMS, base: last + 1 };
  }
  const items = entries.slice();
  items.length = last - first + 1;
  return { first, last, items, base: first };
}

/** How many entries there are. */
export function sizeOf({ first, last }: Numbered<unknown>): number {
  return last - first + 1;
}

/** The entry of this number, or `undefined`. */
export function entryAt<T>(list: Numbered<T>, number: number): T | undefined {
  return number < Math.max(list.first, list.base) || number > list.last
    ? undefined
    : list.items[number - list.base];
}

/** Appends an entry; its number is the new `last`. */
export function push<T>(list: Numbered<T>, entry: T): Numbered<T> {
  const items = ownItems(list);
  items.push(entry);
  return { ...list, last: list.last + 1, items };
}

/** Appends several entries. */
export function pushAll<T>(
  list: Numbered<T>,
  entries: readonly T[],
): Numbered<T> {
  if (entries.length === 0) return list;
  const last = list.last + entries.length;
  if (sizeOf(list) === 0) {
    // Copied in one piece: most lists are empty before they get many.
    const first = list.last + 1;
    return { first, last, items: entries.slice(), base: first };
  }
  const items = ownItems(list);
  for (const entry of entries) items.push(entry);
  return { ...list, last, items };
}

/** Removes all entries up to this number. */
export function dropTo<T>(list: Numbered<T>, number: number): Numbered<T> {
  if (number < list.first) return list;
  if (number >= list.last) return emptyAfter(list.last);
  const first = number + 1;
  const left = first - list.base;
  if (left < COMPACT_FROM || left * 2 < list.items.length) {
    return { ...list, first };
  }
  const items = list.items.slice(left, list.last + 1 - list.base);
  return { ...list, first, items, base: first };
}

/** The entries `from` to `to`, as far as they are there. */
export function entriesOf<T>(
  list: Numbered<T>,
  from: number = list.first,
  to: number = list.last,
): readonly T[] {
  const start = Math.max(from, list.first);
  const end = Math.min(to, list.last);
  return list.items.slice(start - list.base, end + 1 - list.base);
}

/** The array of the newest version, or a copy of what an older one sees. */
function ownItems<T>({ items, last, base }: Numbered<T>): T[] {
  const end = last + 1 - base;
  const isNewest = items.length === end && end > 0;
  return isNewest ? items as T[] : items.slice(0, end);
}
