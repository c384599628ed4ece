/**
 * The messages of a post, taken apart.
 *
 * @module
 */

import type { Data } from "../queue/data.ts";
import { countOf, type Pack } from "../queue/pack.ts";
import type { NoticeOf } from "./protocol.ts";

/** Messages of one connection that arrived together. */
export interface Batch {
  readonly id: number;
  /** The number of the first of them. */
  readonly first: number;
  /** Messages, and packs of them. */
  readonly messages: readonly (Data | Pack)[];
  /** How many messages these are. */
  readonly count: number;
  /** Their size in all, in UTF-8 or binary bytes. */
  readonly bytes: number;
}

/** The messages of a notice, connection by connection. */
export function* batchesOf(
  { messages, runs }: NoticeOf<"messages">,
): Generator<Batch> {
  let end = 0;
  for (let run = 0; run < runs.length; run += 4) {
    const [id = 0, first = 0, count = 0, bytes = 0] = runs.slice(run, run + 4);
    const start = end;
    for (let left = count; left > 0; end += 1) left -= countOf(messages[end]);
    // Those of a single connection are not copied.
    const own = runs.length > 4 ? messages.slice(start, end) : messages;
    yield { id, first, messages: own, count, bytes };
  }
}
