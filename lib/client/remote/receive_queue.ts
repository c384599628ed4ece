/**
 * A connection's incoming messages on the main thread, and the order in which
 * they and other events reach the listener.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import type { DropReason } from "../../boundary/protocol.ts";
import type { Batch } from "../../boundary/batches.ts";
import { guard } from "../../platform/guard.ts";
import type { ClientClock } from "../../platform/clock.ts";
import { sizeOf } from "../../queue/data.ts";
import { BatchReader } from "./batch_reader.ts";
import { Consumption, type Credit } from "./consumption.ts";
import type { ExactConsumption } from "./exact_consumption.ts";
import { TaskBudget } from "./task_budget.ts";

/** Messages that arrived together. */
type MessageBatch = Omit<Batch, "id">;

/** Messages that will not come. */
export interface Missed {
  /** Messages up to this number that have not come will not come. */
  readonly upTo: number;
  readonly count: number;
  /** Their size in all, in bytes. */
  readonly bytes: number;
  readonly reason: DropReason;
}

/** Where messages are dispatched. Must not throw. */
export interface MessageListener {
  /** A message is dispatched. */
  message(data: Data): void;
}

/** What else happens in the queue. */
export interface ReceiveQueueListener {
  /** Messages left the queue unread. */
  unread(count: number, bytes: number, reason: DropReason): void;
  /** There is credit to send now. */
  ready(): void;
}

/**
 * - `hold`: there is no listener yet.
 * - `push`: messages are dispatched as they come.
 * - `pull`: they are pulled, for good.
 * - `refuse`: they are dropped.
 */
type Mode = "hold" | "push" | "pull" | "refuse";

/** What is held for a consumer to come, in bytes. */
const HOLD_BYTES = 1 << 20;
/** The same in messages: small ones take more memory than their bytes. */
const HOLD_MESSAGES = 1 << 14;

const SETTLED = Promise.resolve();

/** A batch in the queue. */
interface Waiting extends Pick<Batch, "first" | "count" | "bytes"> {
  readonly reader: BatchReader;
  /** Whether the worker waits for its credit. */
  readonly credit: "owed" | "given";
}

/** What happened after a message: between two of them, or at the end. */
interface Deferred {
  readonly after: number;
  readonly run: () => void;
  readonly where: "end" | undefined;
}

/** The incoming messages of one connection. */
export class ReceiveQueue {
  /** Something can be pulled, or the end has come. Only while pulling. */
  onavailable: (() => void) | undefined;
  /** With a session: which message was consumed last. */
  exact: ExactConsumption | undefined;
  readonly #consumption = new Consumption();
  readonly #messages: MessageListener;
  readonly #listener: ReceiveQueueListener;
  readonly #clock: Pick<ClientClock, "now" | "task">;
  #mode: Mode = "hold";
  #batches: Waiting[] = [];
  #length = 0;
  /** Only counted while `hold`. */
  #heldBytes = 0;
  readonly #received = { messages: 0, bytes: 0 };
  /** Messages up to this number have arrived, or will not. */
  #arrived = 0;
  #deferred: Deferred[] = [];
  #activity: "resting" | "dispatching" | "yielding" = "resting";
  readonly #tasks = new TaskBudget();

  /** Makes an empty queue that holds. */
  constructor(
    messages: MessageListener,
    { listener, clock }: {
      readonly listener: ReceiveQueueListener;
      readonly clock: Pick<ClientClock, "now" | "task">;
    },
  ) {
    this.#clock = clock;
    this.#messages = messages;
    this.#listener = listener;
  }

  /** How many messages are in the queue. */
  get messages(): number {
    return this.#length;
  }

  /** What has come in so far, read or not; sizes in bytes. */
  get received(): { readonly messages: number; readonly bytes: number } {
    return this.#received;
  }

  /** The sizes of what waits, in order, in bytes. */
  get sizes(): readonly number[] {
    return this.#batches.flatMap(({ reader }) => reader.rest().map(sizeOf));
  }

  /**
   * Starts to push to the listener or, for good, to pull. Before that, it holds
   * at most 1 MiB and 16,384 messages, and drops the oldest. Nothing is
   * dispatched from within. Call it for each new listener: one that listens for
   * a single message must not miss the next.
   */
  consume(mode: "push" | "pull"): void {
    this.#tasks.ensure();
    if (this.#mode === "pull" || this.#mode === "refuse") return;
    this.#mode = mode;
    queueMicrotask(() => {
      if (this.#mode === "pull" && this.#length > 0) this.announce();
      this.#proceed();
    });
  }

  /** A batch came in. */
  receive(batch: MessageBatch): void {
    this.#tasks.restore(this.#clock.now());
    const { first, count, bytes } = batch;
    // With a session, the server keeps what nobody reads.
    const isHeld = this.#mode === "hold" && !this.exact;
    const credit = isHeld ? "given" : "owed";
    const reader = new BatchReader(batch);
    const waiting = { first, count, bytes, reader, credit } as const;
    this.#batches = appended(this.#batches, waiting);
    this.#length += count;
    this.#received.messages += count;
    this.#received.bytes += bytes;
    this.#arrived = first + count - 1;
    this.exact?.arrived(this.#arrived);
    if (isHeld) {
      this.#consumption.add(count, bytes);
      this.#trimHeld(bytes);
    } else if (this.#mode === "pull") this.announce();
    else if (this.#mode === "refuse") this.#discard("closed");
    this.#proceed();
  }

  /** Messages were dropped on their way. */
  missed({ upTo, count, bytes, reason }: Missed): void {
    this.#listener.unread(count, bytes, reason);
    this.#arrived = Math.max(this.#arrived, upTo);
    this.#proceed();
  }

  /**
   * Runs what happened after message number `after` once that has been
   * dispatched. Where messages are pulled, what happened between two of them
   * runs at once, and the end when all of them have arrived.
   */
  defer(
    after: number,
    run: () => void,
    where?: "end",
  ): void {
    this.#deferred = appended(this.#deferred, { after, run, where });
    this.#proceed();
  }

  /** Whether the worker that sent the messages is gone. */
  get isReleased(): boolean {
    return this.#arrived === Infinity;
  }

  /** Runs all that waits for messages: no more of them will come. */
  releaseAll(): void {
    this.#dispatchAll();
    this.#arrived = Infinity;
    this.#dispatchAll();
  }

  /** Notifies a consumer that pulls: a message or the end may have come. */
  announce(): void {
    guard(() => this.onavailable?.());
  }

  /**
   * Takes the next message out. Only while pulling; after the end too, unless
   * messages are refused.
   */
  pull(): Data | undefined {
    const batch = this.#batches[0];
    if (this.#mode !== "pull") return undefined;
    // A consumer that asks for the next one has finished those before.
    this.exact?.finish();
    const data = batch && this.#shift(batch);
    this.offerCredit();
    return data;
  }

  /** Drops all messages, and those that still come. The listener is not called from within. */
  refuse(reason: DropReason): void {
    this.#mode = "refuse";
    this.exact?.finish();
    this.#discard(reason);
    queueMicrotask(() => this.#proceed());
  }

  /** The next worker knows no credit. Without a session, it counts from 1. */
  crashed(): void {
    this.releaseAll();
    this.#consumption.take();
    this.#arrived = this.exact?.restart() ?? 0;
    const first = this.exact ? {} : { first: -Infinity };
    this.#batches = this.#batches.map((each) => (
      { ...each, ...first, credit: "given" }
    ));
  }

  /** Drops all messages, unless they wait to be pulled. */
  end(): void {
    if (this.#mode !== "pull") this.refuse("unread");
  }

  /** Takes the credit that the worker does not have yet, to post it now. */
  takeCredit(): Credit | undefined {
    const credit = this.#consumption.take();
    return this.exact ? this.exact.take(credit) : credit;
  }

  /**
   * Dispatches what can be dispatched, in order, each event by itself: promise
   * reactions run between two events, as between two tasks of the platform. A
   * listener may change everything at each call.
   */
  #proceed(): void {
    if (this.#activity !== "resting") return;
    this.#activity = "dispatching";
    if (this.#dispatchNext()) this.#yield();
    else this.#rest();
  }

  /** Microtasks alone are 20 times as fast, and enough in a flood while no listener comes. */
  #yield(): void {
    this.#activity = "yielding";
    if (this.#tasks.take()) this.#clock.task(this.#resume);
    else SETTLED.then(this.#resume);
  }

  readonly #resume = () => {
    if (this.#activity !== "yielding") return;
    this.#activity = "resting";
    this.#proceed();
  };

  /** Dispatches all at once: the worker is gone, and nothing more comes. */
  #dispatchAll(): void {
    if (this.#activity === "dispatching") return;
    this.#activity = "dispatching";
    while (this.#dispatchNext());
    this.#rest();
  }

  #rest(): void {
    this.#activity = "resting";
    this.offerCredit();
  }

  /** Up to this number, messages are dispatched, or no event waits for them. */
  get #passed(): number {
    const [batch] = this.#batches;
    if (this.#mode !== "push" || batch === undefined) return this.#arrived;
    return batch.first + batch.reader.taken - 1;
  }

  #dispatchNext(): boolean {
    const [deferred] = this.#deferred;
    if (deferred && this.#isDue(deferred)) {
      this.#deferred.shift();
      this.#tasks.ensure();
      deferred.run();
      return true;
    }
    const batch = this.#batches[0];
    if (this.#mode !== "push" || batch === undefined) return false;
    this.#messages.message(this.#shift(batch));
    this.exact?.finish();
    return true;
  }

  #isDue({ after, where }: Deferred): boolean {
    return after <= this.#passed || this.#mode === "pull" && where !== "end";
  }

  /** Takes the first message out of the first batch. */
  #shift(batch: Waiting): Data {
    this.exact?.give(batch.first + batch.reader.taken);
    const data = batch.reader.next();
    this.#length -= 1;
    if (!batch.reader.hasMore) {
      this.#batches.shift();
      if (batch.credit === "owed") {
        this.#consumption.add(batch.count, batch.bytes);
      }
    }
    return data;
  }

  #trimHeld(added: number): void {
    this.#heldBytes += added;
    let count = 0;
    let bytes = 0;
    while (this.#heldBytes > HOLD_BYTES || this.#length > HOLD_MESSAGES) {
      const size = sizeOf(this.#shift(this.#batches[0] as Waiting));
      this.#heldBytes -= size;
      count += 1;
      bytes += size;
    }
    if (count > 0) this.#listener.unread(count, bytes, "unread");
  }

  #discard(reason: DropReason): void {
    let bytes = 0;
    const count = this.#length;
    for (const batch of this.#batches) {
      for (const data of batch.reader.rest()) bytes += sizeOf(data);
      if (batch.credit === "owed") {
        this.#consumption.add(batch.count, batch.bytes);
      }
    }
    this.#batches = [];
    this.#length = 0;
    if (count > 0) this.#listener.unread(count, bytes, reason);
    this.offerCredit();
  }

  /** Reports to the worker what is consumed, if that is worth it. */
  offerCredit(): void {
    if (this.#consumption.isDue || this.exact?.isDue) this.#listener.ready();
  }
}

/**
 * Appends to a list. For the first element it makes a new array: that has room
 * for one element, while an empty array that grows reserves room for 16.
 */
function appended<T>(list: T[], last: T): T[] {
  if (list.length === 0) return [last];
  list.push(last);
  return list;
}
