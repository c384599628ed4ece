/**
 * A connection's outgoing messages, from `send()` until the transport has them.
 *
 * @module
 */

import {
  type InFlight,
  Outbox,
  type OutboxLimits,
} from "../../queue/outbox.ts";
import type { Data } from "../../queue/data.ts";
import {
  type DropReason,
  type NoticeOf,
  SEND_WINDOW_BYTES,
  SEND_WINDOW_MESSAGES,
} from "../../boundary/protocol.ts";
import { isTransferred } from "../../boundary/transfer.ts";
import type { ClientClock } from "../../platform/clock.ts";
import type { Post } from "../workers/post_sender.ts";
import { InFlightMessages } from "../../queue/in_flight.ts";
import { sizeOf } from "../../queue/data.ts";

/** What became of one outgoing message. */
export type SendOutcome =
  /** The transport has it. */
  | { readonly kind: "taken" }
  | { readonly kind: "dropped"; readonly reason: DropReason };

/** How one message is sent. */
export interface SendOptions {
  /** Milliseconds after which it is not worth sending. */
  readonly ttl?: number;
  /** Called once with what became of it. Must not throw. */
  readonly settle?: (outcome: SendOutcome) => void;
}

/** An outgoing message, as far as others are concerned. */
export interface SendHandle {
  /** Its size in UTF-8 or binary bytes. */
  readonly bytes: number;
}

/** An outgoing message. */
export interface OutgoingEntry extends SendHandle {
  readonly expiresAt: number;
  readonly settle: ((outcome: SendOutcome) => void) | undefined;
  /** `undefined` once it has crossed, unless the queue keeps it until it is taken. */
  data: Data | Blob | undefined;
}

/** What the queue reports. */
export interface SendQueueListener {
  /** A message left the queue unsent; `seq` is its number in the session, if it had one. */
  unsent(bytes: number, reason: DropReason, seq?: number): void;
  /** There is something to send now. */
  ready(): void;
}

/** One turn of one connection takes so many messages at most. */
const TURN_MESSAGES = 512;
/** The same in bytes; one message may always cross. */
const TURN_BYTES = 1 << 16;
/**
 * How much too late a message may cross, in milliseconds: even with a `ttl` of 0
 * it may go with its turn. A task that takes longer blocks the thread (W3C Long
 * Tasks, 1).
 */
const LATENESS = 50;

/** `ended`: nothing is queued any more, but what was may still cross. */
type Input = "open" | "ended";

const ENDED = { kind: "ended" } as const;

/** The outgoing messages of one connection. */
export class SendQueue {
  /** Messages may fit now, or the end has begun and none waits any more. Must not throw. */
  onwritable: (() => void) | undefined;
  /** `"retained"`, for a session: a message that has crossed can cross again. */
  crossing: "transferred" | "retained" = "transferred";
  readonly #outbox: Outbox<OutgoingEntry>;
  readonly #clock: ClientClock;
  readonly #listener: SendQueueListener;
  readonly #inFlight = new InFlightMessages<OutgoingEntry>();
  readonly #pushed = { messages: 0, bytes: 0 };
  readonly #limits: OutboxLimits;
  #input: Input = "open";
  /** Whether messages may cross. */
  #gate: "shut" | "open" = "shut";
  /** The Blob at the head that is being read. */
  #reading: OutgoingEntry | undefined;
  #expiry: { readonly at: number; readonly cancel: () => void } | undefined;

  /** Makes an empty queue whose gate is shut. */
  constructor(
    limits: OutboxLimits,
    clock: ClientClock,
    listener: SendQueueListener,
  ) {
    this.#outbox = new Outbox(limits);
    this.#clock = clock;
    this.#listener = listener;
    this.#limits = limits;
  }

  /** How many messages count against the limits. */
  get messages(): number {
    return this.#outbox.length + this.#inFlight.messages;
  }

  /** Their size, in bytes. */
  get bytes(): number {
    return this.#outbox.bytes + this.#inFlight.bytes;
  }

  /** All messages that were pushed so far, with their size in bytes. */
  get pushed(): InFlight {
    return this.#pushed;
  }

  /** How many messages have not crossed. */
  get waiting(): number {
    return this.#outbox.length;
  }

  /** The number of the last message that has crossed. */
  get crossed(): number {
    return this.#inFlight.last;
  }

  /** The number up to which nothing is in flight any more. */
  get settled(): number {
    return this.#inFlight.settled;
  }

  /** Whether a message of this size can be pushed without the overflow rule. */
  fits(bytes: number): boolean {
    return this.#input === "ended" || this.#outbox.fits(bytes, this.#inFlight);
  }

  /**
   * Queues a message, or applies the overflow rule. Nobody else changes its data
   * any more; a `Blob` counts with its size at once and is read when its turn
   * comes. Once the end has begun a message is dropped.
   *
   * @returns What takes the message back, or `"overflow"` when the outbox is
   * full and its rule is to reject.
   */
  push(
    data: Data | Blob,
    { ttl = Infinity, settle }: SendOptions = {},
  ): SendHandle | "overflow" {
    const bytes = sizeOf(data);
    const expiresAt = ttl < Infinity ? this.#clock.now() + ttl : ttl;
    const entry: OutgoingEntry = { data, bytes, expiresAt, settle };
    const result = this.#input === "ended"
      ? ENDED
      : this.#outbox.push(entry, this.#inFlight);
    if (result.kind === "overflow") return "overflow";
    this.#pushed.messages += 1;
    this.#pushed.bytes += bytes;
    if (result.kind === "ended") this.#drop(entry, "closed");
    else {
      this.#dropAll(result.dropped, "overflow");
      this.#setExpiryTimer();
      this.#announce();
    }
    return entry;
  }

  /**
   * Takes a message out of the queue.
   *
   * @returns Its number when it has crossed and only the worker may still have it.
   */
  cancel(handle: SendHandle): number | undefined {
    // A handle is an entry: `push()` makes no others.
    const entry = handle as OutgoingEntry;
    if (!this.#outbox.remove(entry)) return this.#inFlight.numberOf(entry);
    this.#drop(entry, "aborted");
    this.#freed();
    return undefined;
  }

  /** From now on, drops every new message, also those that wait for capacity. */
  stop(): void {
    this.#input = "ended";
    this.onwritable?.();
  }

  /** Lets messages cross. The timer of those that have expired may be late. */
  openGate(): void {
    this.#gate = "open";
    this.#expire();
  }

  /** Holds messages back. */
  closeGate(): void {
    this.#gate = "shut";
  }

  /** Adds messages to a post, in one turn of theirs. */
  fill(post: Post, id: number): "done" | "more" {
    const now = this.#clock.now();
    // What makes room may be handled before the timer.
    const expired = this.#outbox.expire(now - LATENESS);
    this.#dropAll(expired, "expired");
    const first = this.#inFlight.last + 1;
    const messages: Data[] = [];
    const ttls: number[] | false = this.#outbox.nextExpiry() < Infinity && [];
    let bytes = 0;
    let entry = this.#next();
    while (entry && messages.length < TURN_MESSAGES && bytes < TURN_BYTES) {
      messages.push(this.#cross(entry, post));
      if (ttls) ttls.push(entry.expiresAt - now);
      bytes += entry.bytes;
      entry = this.#next();
    }
    if (messages.length === 0) return "done";
    this.#setExpiryTimer();
    const some = ttls && { ttls };
    post.records.push({ type: "send", id, first, messages, ...some });
    post.messages += messages.length;
    post.bytes += bytes;
    // Behind the record: a write that waits may start another post.
    if (expired.length > 0) this.onwritable?.();
    return entry ? "more" : "done";
  }

  /**
   * The transport has all messages up to this number, except those reported as unsent.
   *
   * @returns How many it has that it had not before.
   */
  taken(upTo: number): number {
    const entries = this.#inFlight.take(upTo);
    for (const { settle } of entries) settle?.({ kind: "taken" });
    this.#freed();
    return entries.length;
  }

  /** A message that had crossed was not sent. */
  unsent({ message, reason, seq }: NoticeOf<"unsent">): void {
    const entry = this.#inFlight.remove(message);
    if (entry === undefined) return;
    this.#drop(entry, reason, seq);
    this.#freed();
  }

  /**
   * The worker is gone, and its successor counts from 1. Messages in
   * flight may have been sent, although their `taken` notice did not arrive.
   * Sending them again could duplicate them.
   */
  crashed(): void {
    this.closeGate();
    this.#dropAll(this.#inFlight.reset(), "unknown");
    this.#freed();
  }

  /**
   * Counts the messages in flight from 1 again, where they are retained: they are
   * the first that the successor of the worker gets, before it counts on from them.
   *
   * @returns Their data, in order.
   */
  rewind(): readonly Data[] {
    const entries = this.#inFlight.reset();
    for (const entry of entries) this.#inFlight.push(entry);
    return entries.map(({ data }) => data as Data);
  }

  /** Drops what has not crossed. */
  clear(reason: DropReason): void {
    this.#dropAll(this.#outbox.clear(), reason);
    this.#setExpiryTimer();
  }

  /** Drops everything. */
  end(reason: DropReason): void {
    this.closeGate();
    // What is not accepted by the end may have been handled.
    const fate = this.crossing === "retained" ? "unknown" : reason;
    this.#dropAll(this.#inFlight.reset(), fate);
    this.clear(reason);
    this.stop();
  }

  /** The first message, when it may cross now. */
  #next(): OutgoingEntry | undefined {
    if (this.#gate === "shut") return undefined;
    const entry = this.#outbox.peek();
    if (entry === undefined || !this.#inWindow(entry)) return undefined;
    const { data } = entry;
    if (typeof data !== "object" || !("arrayBuffer" in data)) return entry;
    if (this.#reading !== entry) this.#read(entry, data);
    return undefined;
  }

  /** Small limits leave half of it on the client, where `"drop-oldest"` can still drop. */
  #inWindow({ bytes }: OutgoingEntry): boolean {
    const { messages, bytes: used } = this.#inFlight;
    if (messages === 0) return true;
    const { maxMessages, maxBytes } = this.#limits;
    return messages < Math.min(SEND_WINDOW_MESSAGES, maxMessages / 2) &&
      used + bytes <= Math.min(SEND_WINDOW_BYTES, maxBytes / 2);
  }

  #cross(entry: OutgoingEntry, post: Post): Data {
    this.#outbox.shift();
    this.#inFlight.push(entry);
    // Only Blobs are read, and `#next()` gives none that has not been.
    const data = entry.data as Data;
    if (this.crossing === "retained") return data;
    if (isTransferred(data)) post.transfer.push(data);
    entry.data = undefined;
    return data;
  }

  /** All others wait behind it, so that a Blob neither overtakes nor is overtaken. */
  #read(entry: OutgoingEntry, blob: Blob): void {
    this.#reading = entry;
    blob.arrayBuffer().then((data) => {
      entry.data = data;
    }, () => {
      // A file that changed or vanished since (W3C File API, 3.3: NotReadableError).
      if (this.#outbox.remove(entry)) this.#drop(entry, "rejected");
    }).then(() => {
      if (this.#reading === entry) this.#reading = undefined;
      this.#freed();
    });
  }

  #dropAll(entries: readonly OutgoingEntry[], reason: DropReason): void {
    for (const entry of entries) this.#drop(entry, reason);
  }

  #drop(
    { bytes, settle }: OutgoingEntry,
    reason: DropReason,
    seq?: number,
  ): void {
    settle?.({ kind: "dropped", reason });
    this.#listener.unsent(bytes, reason, seq);
  }

  #freed(): void {
    this.onwritable?.();
    this.#announce();
  }

  #announce(): void {
    if (this.#next()) this.#listener.ready();
  }

  /** One timer for all messages. */
  #setExpiryTimer(): void {
    const at = this.#outbox.nextExpiry();
    if (this.#expiry?.at === at) return;
    this.#expiry?.cancel();
    this.#expiry = undefined;
    if (at === Infinity) return;
    const cancel = this.#clock.after(
      at - this.#clock.now(),
      () => this.#expire(),
    );
    this.#expiry = { at, cancel };
  }

  #expire(): void {
    this.#expiry?.cancel();
    this.#expiry = undefined;
    this.#dropAll(this.#outbox.expire(this.#clock.now()), "expired");
    this.#setExpiryTimer();
    this.#freed();
  }
}
