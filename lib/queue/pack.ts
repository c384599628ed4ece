/**
 * Short messages of one kind in one buffer: they wait, and cross to another
 * thread, as one object instead of hundreds, and most of them outside the heap.
 *
 * @module
 */

import type { Data } from "./data.ts";

/** Several messages. */
export interface Pack {
  readonly kind: "ascii" | "binary";
  /** How many messages these are. */
  readonly count: number;
  /** Their size in all, in bytes. */
  readonly bytes: number;
  /** Start and end of each message in this very buffer, 32 bits each; then the messages. */
  readonly buffer: ArrayBuffer;
}

/** Longer messages, in bytes, cross by themselves: cutting them out would cost another copy. */
export const PACKED_UP_TO = 4 * 1024;
/** What a pack holds at most: no more than one turn of a connection. */
const MAX = { messages: 1_024, bytes: 1 << 16 };
/** A larger gap between two messages starts a new pack, in bytes. */
const MAX_GAP = 64;
/** The bounds of one message: two numbers of 32 bits. */
const BOUNDS_SIZE = 8;

/** Returns whether this is a pack, and not a message. */
export function isPack(item: Data | Pack): item is Pack {
  return typeof item === "object" && "buffer" in item;
}

/** How many messages these are. */
export function countOf(item: unknown): number {
  return typeof item === "object" && item !== null && "count" in item
    ? item.count as number
    : 1;
}

/**
 * Copies messages that lie in a chunk. What lies between them becomes ASCII, so
 * that in a run of ASCII messages bytes and characters have the same indices.
 *
 * @param bounds Start and end of each message, in the order of the chunk.
 */
export function packsOf(
  kind: Pack["kind"],
  chunk: Uint8Array,
  bounds: readonly number[],
): Pack[] {
  const packs: Pack[] = [];
  for (let first = 0; first < bounds.length;) {
    const next = endOfPack(bounds, first);
    packs.push(packOf(kind, chunk, bounds.slice(first, next)));
    first = next;
  }
  return packs;
}

function endOfPack(bounds: readonly number[], first: number): number {
  const last = Math.min(first + MAX.messages * 2, bounds.length);
  const limit = bounds[first]! + MAX.bytes;
  let next = first + 2;
  for (; next < last; next += 2) {
    if (bounds[next + 1]! > limit) break;
    if (bounds[next]! - bounds[next - 1]! > MAX_GAP) break;
  }
  return next;
}

function packOf(
  kind: Pack["kind"],
  chunk: Uint8Array,
  bounds: readonly number[],
): Pack {
  const count = bounds.length / 2;
  const [start = 0] = bounds;
  const content = chunk.subarray(start, bounds.at(-1));
  const head = count * BOUNDS_SIZE;
  const buffer = new ArrayBuffer(head + content.length);
  const words = new Uint32Array(buffer, 0, bounds.length);
  const target = new Uint8Array(buffer);
  target.set(content, head);
  let bytes = 0;
  let gap = head;
  for (let index = 0; index < bounds.length; index += 2) {
    const from = bounds[index]! - start + head;
    const to = bounds[index + 1]! - start + head;
    for (; gap < from; gap += 1) target[gap] = 0;
    gap = to;
    words[index] = from;
    words[index + 1] = to;
    bytes += to - from;
  }
  return { kind, count, bytes, buffer };
}
