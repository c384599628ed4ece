/**
 * What one connection has to post to the client: messages, which wait in the
 * inbox for credit, and notices, which do not wait.
 *
 * @module
 */

import type { InboxConfig } from "../../queue/inbox.ts";
import type { Data } from "../../queue/data.ts";
import { isPack, type Pack } from "../../queue/pack.ts";
import { Inbox, type PushResult } from "../../queue/inbox.ts";
import {
  type DropReason,
  type Notice,
  RECEIVE_WINDOW_BYTES,
  RECEIVE_WINDOW_MESSAGES,
} from "../../boundary/protocol.ts";
import { isTransferred } from "../../boundary/transfer.ts";
import type { SendBufferListener } from "./send_buffer.ts";

/** The most log records and heartbeats that wait; further ones are only counted. */
const MAX_REPORTS = 1_000;
/** Nothing depends on these: they can be left out. */
const REPORTS: ReadonlySet<string> = new Set<Notice["type"]>([
  "heartbeat",
  "log",
]);

/** A post in the making. */
export interface NoticePost {
  readonly notices: Notice[];
  /** Those of one connection after the other. */
  messages: (Data | Pack)[];
  /** As `messages` has them in `protocol.ts`. */
  readonly runs: number[];
  readonly transfer: ArrayBuffer[];
  /** What one connection may still add before it is the next one's turn. */
  left: { messages: number; bytes: number };
}

/** So many messages of so many bytes. */
interface Amount {
  readonly count: number;
  readonly bytes: number;
}

/**
 * The outgoing half of one connection's boundary, in the worker. Notices keep
 * their order and come before messages: they say after which message they
 * happened.
 */
export class NoticeQueue implements SendBufferListener {
  readonly #id: number;
  readonly #inbox: Inbox<Data | Pack>;
  readonly #ready: (id: number) => void;
  #notices: Notice[] = [];
  /** How many of the notices are reports. */
  #reportsWaiting = 0;
  #reportsLeftOut = 0;
  /** `undefined` while there are none, which is nearly always. */
  #drops: Map<DropReason, Amount> | undefined;
  #takenUpTo = 0;
  #takenReported = 0;
  /** What the client holds and has not consumed. */
  #crossed = { messages: 0, bytes: 0 };
  /** `ending`: the last notice was pushed, and messages wait for no credit any more. */
  #phase: "open" | "ending" | "sealed" = "open";

  /**
   * Makes an empty queue; `ready` is called when there is something to post.
   *
   * @param after The number of the last message that a worker before has posted.
   */
  constructor(
    id: number,
    config: InboxConfig,
    ready: (id: number) => void,
    after = 0,
  ) {
    this.#id = id;
    this.#inbox = new Inbox(config, after);
    this.#ready = ready;
  }

  /** The number of the last message that has arrived and is kept. */
  get after(): number {
    return this.#inbox.lastNumber;
  }

  /** Whether messages may come in packs, as none of them is ever dropped. */
  get takesPacks(): boolean {
    return this.#inbox.storesAll;
  }

  /** Whether a paused transport may read again. */
  get hasRoom(): boolean {
    return this.#inbox.hasRoom;
  }

  /** The size of the stored messages, for error messages. */
  get size(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#inbox.length, bytes: this.#inbox.bytes };
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#inbox.length === 0 && !this.#hasNotices;
  }

  /** Whether {@linkcode fill} would find something. */
  get hasWork(): boolean {
    if (this.#hasNotices) return true;
    const { messages, bytes } = this.#credit;
    return messages > 0 && this.#inbox.canTake(messages, bytes);
  }

  /** Stores a message that arrived, or a pack of them. */
  storeMessage(data: Data | Pack, bytes: number): PushResult {
    const result = this.#inbox.push(data, bytes);
    switch (result.kind) {
      case "stored":
      case "full":
        break;
      case "dropped-oldest":
      case "dropped-newest":
        this.#noteDrop("overflow", result);
        break;
      case "overflow":
        this.#noteDrop("overflow", { count: 1, bytes });
    }
    this.#ready(this.#id);
    return result;
  }

  /** Adds a notice, which does not wait for credit. */
  push(notice: Notice): void {
    if (this.#phase !== "open") return;
    if (REPORTS.has(notice.type) && !this.#countReport()) return;
    this.#reportTaken();
    this.#reportDrops();
    this.#notices.push(notice);
    this.#ready(this.#id);
  }

  /** Adds the last notice; only messages from before it still follow. */
  pushLast(notice: Notice): void {
    this.push(notice);
    this.#phase = "ending";
  }

  /** The transport has taken all messages up to this number, except those reported as unsent. */
  taken(upTo: number): void {
    if (this.#phase !== "open") return;
    this.#takenUpTo = upTo;
    this.#ready(this.#id);
  }

  /** A message will never be sent. */
  unsent(message: number, reason: DropReason): void {
    this.push({ type: "unsent", id: this.#id, message, reason });
  }

  /** The client has consumed messages: there is room for more. */
  consumed(messages: number, bytes: number): void {
    this.#crossed.messages -= messages;
    this.#crossed.bytes -= bytes;
    if (this.hasWork) this.#ready(this.#id);
  }

  /** Drops what is stored. */
  clear(reason: DropReason): void {
    const cleared = this.#inbox.clear();
    if (cleared.count > 0) this.drop(reason, cleared);
  }

  /** Reports messages that never got into the inbox. */
  drop(reason: DropReason, dropped: Amount): void {
    this.#noteDrop(reason, dropped);
    this.#ready(this.#id);
  }

  /** Drops everything, and ignores what is added from now on. */
  seal(): void {
    this.#phase = "sealed";
    this.#inbox.clear();
    this.#notices = [];
    this.#drops = undefined;
    this.#takenReported = this.#takenUpTo;
  }

  /** Adds to a post what there is, as far as `left` and the credit reach. */
  fill(post: NoticePost): void {
    this.#reportTaken();
    this.#reportDrops();
    for (const notice of this.#notices) post.notices.push(notice);
    this.#notices = [];
    this.#reportLeftOut(post);
    this.#fillMessages(post);
  }

  get #hasNotices(): boolean {
    return this.#notices.length > 0 || this.#drops !== undefined ||
      this.#takenUpTo > this.#takenReported;
  }

  get #credit(): { readonly messages: number; readonly bytes: number } {
    if (this.#phase === "ending") {
      return { messages: Infinity, bytes: Infinity };
    }
    const bytes = RECEIVE_WINDOW_BYTES - this.#crossed.bytes;
    // One message may always cross, or one larger than the window never would.
    const messages = bytes > 0
      ? RECEIVE_WINDOW_MESSAGES - this.#crossed.messages
      : 0;
    return { messages, bytes };
  }

  /** @returns Whether there is a place for one more. */
  #countReport(): boolean {
    const hasPlace = this.#reportsWaiting < MAX_REPORTS;
    if (hasPlace) this.#reportsWaiting += 1;
    else this.#reportsLeftOut += 1;
    return hasPlace;
  }

  #reportLeftOut(post: NoticePost): void {
    const count = this.#reportsLeftOut;
    this.#reportsWaiting = 0;
    this.#reportsLeftOut = 0;
    if (count === 0) return;
    post.notices.push({
      type: "log",
      id: this.#id,
      level: "warn",
      message: "Log records and heartbeats were left out: too many waited",
      fields: { count },
    });
  }

  #noteDrop(reason: DropReason, { count, bytes }: Amount): void {
    if (this.#phase !== "open") return;
    this.#drops ??= new Map();
    const noted = this.#drops.get(reason) ?? { count: 0, bytes: 0 };
    this.#drops.set(reason, {
      count: noted.count + count,
      bytes: noted.bytes + bytes,
    });
  }

  /** Before each notice: a later `taken` covers a message unless it was reported as unsent. */
  #reportTaken(): void {
    if (this.#takenUpTo === this.#takenReported) return;
    this.#takenReported = this.#takenUpTo;
    this.#notices.push({ type: "taken", id: this.#id, upTo: this.#takenUpTo });
  }

  #reportDrops(): void {
    if (this.#drops === undefined) return;
    const upTo = this.#inbox.firstNumber - 1;
    for (const [reason, dropped] of this.#drops) {
      this.#notices.push({
        type: "dropped",
        id: this.#id,
        upTo,
        reason,
        ...dropped,
      });
    }
    this.#drops = undefined;
  }

  #fillMessages(post: NoticePost): void {
    const credit = this.#credit;
    const messages = Math.min(credit.messages, post.left.messages);
    const bytes = Math.min(credit.bytes, post.left.bytes);
    if (messages <= 0 || bytes <= 0) return;
    const batch = this.#inbox.take(messages, bytes);
    if (batch === undefined) return;
    const { count } = batch;
    this.#crossed.messages += count;
    this.#crossed.bytes += batch.bytes;
    post.left.messages -= count;
    post.left.bytes -= batch.bytes;
    for (const item of batch.messages) {
      if (isPack(item)) post.transfer.push(item.buffer);
      else if (isTransferred(item)) post.transfer.push(item);
    }
    post.runs.push(this.#id, batch.first, count, batch.bytes);
    // Those of the first connection, usually the only one, are not copied.
    if (post.messages.length === 0) post.messages = batch.messages;
    else for (const data of batch.messages) post.messages.push(data);
  }
}
