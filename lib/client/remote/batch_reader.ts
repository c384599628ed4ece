/**
 * Takes the messages of a batch out, one by one.
 *
 * @module
 */

import type { Batch } from "../../boundary/batches.ts";
import type { Data } from "../../queue/data.ts";
import { isPack, type Pack } from "../../queue/pack.ts";
import { PackReader } from "../../queue/pack_reader.ts";

const NOTHING: readonly Data[] = [];

/** Reads a batch, and counts. */
export class BatchReader {
  readonly #items: Batch["messages"];
  readonly #count: number;
  #taken = 0;
  #nextItem = 0;
  /** Cuts messages out of a pack, some at a time. */
  #pack: PackReader | undefined;
  #run: readonly Data[];
  #nextInRun = 0;

  /** Starts with the first message. */
  constructor({ messages, count }: Pick<Batch, "messages" | "count">) {
    this.#items = messages;
    this.#count = count;
    // Without a pack, the messages are a run as they are.
    const isRun = messages.length === count;
    this.#run = isRun ? messages as readonly Data[] : NOTHING;
  }

  /** How many messages were taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether there are more. */
  get hasMore(): boolean {
    return this.#taken < this.#count;
  }

  /** The next message, which must be there. */
  next(): Data {
    this.#taken += 1;
    // Short, so that the compiler puts it into the loop of the queue.
    const data = this.#run[this.#nextInRun];
    if (data === undefined) return this.#refill();
    this.#nextInRun += 1;
    return data;
  }

  /** All messages that were not taken, which stay. */
  rest(): readonly Data[] {
    const rest: Data[] = [];
    const taken = this.#taken;
    while (this.hasMore) rest.push(this.next());
    this.#taken = taken;
    this.#run = rest;
    this.#nextInRun = 0;
    return rest;
  }

  #refill(): Data {
    this.#run = this.#pack?.read() ?? NOTHING;
    if (this.#run.length === 0) this.#open(this.#items[this.#nextItem++]!);
    this.#nextInRun = 1;
    return this.#run[0]!;
  }

  #open(item: Data | Pack): void {
    this.#pack = isPack(item) ? new PackReader(item) : undefined;
    this.#run = this.#pack?.read() ?? [item as Data];
  }
}
