/**
 * Gathers what is to be told to one worker into posts, and keeps the window.
 *
 * The first post goes at once, what else is said in the same task follows in a
 * microtask, and while the window is full, everything
 * gathers until the next `ack`. No record waits for a timer.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";
import type { Command, Notice } from "../../boundary/protocol.ts";
import { PostWindow, wantsAck } from "../../boundary/post_window.ts";

/** A post as it grows. */
export interface Post {
  readonly records: Command[];
  readonly transfer: ArrayBuffer[];
  /** The messages in it, so far. */
  messages: number;
  /** Their size, in bytes. */
  bytes: number;
}

/** A post with these records and no message so far. */
export function postOf(records: readonly Command[]): Post {
  return { records: [...records], transfer: [], messages: 0, bytes: 0 };
}

/** Adds all of one post to another. */
export function append(
  post: Post,
  { records, transfer, messages, bytes }: Post,
): void {
  post.records.push(...records);
  post.transfer.push(...transfer);
  post.messages += messages;
  post.bytes += bytes;
}

/** Somebody who has something to say, now and then. */
export interface PostSource {
  /**
   * Adds what it has to say, messages up to one turn.
   *
   * @returns `"more"` when only the end of its turn made it stop.
   */
  fill(post: Post): "done" | "more";
}

/** A post takes no further turn once it has so many messages. */
const POST_MESSAGES = 4_096;
/** The same in bytes. */
const POST_BYTES = 1 << 18;
/** How long a post that came in may be handled before answers leave, in milliseconds. */
const ANSWER_DELAY = 4;

type Phase =
  | { readonly kind: "resting" }
  /** A microtask is on its way. */
  | { readonly kind: "gathering" }
  /** A post that came in is being handled. */
  | { readonly kind: "handling"; readonly since: number };

const RESTING: Phase = { kind: "resting" };
const GATHERING: Phase = { kind: "gathering" };

/** The sending half of the boundary, on the main thread. */
export class PostSender {
  readonly #deliver: (post: Post) => void;
  readonly #clock: Clock;
  /** In the order of their turns. */
  readonly #sources = new Set<PostSource>();
  #records: Command[] = [];
  readonly #window = new PostWindow();
  #phase = RESTING;

  /** Makes a courier with an empty window. */
  constructor(carry: (post: Post) => void, clock: Clock) {
    this.#deliver = carry;
    this.#clock = clock;
  }

  /** Sends a record that is no speaker's. */
  send(record: Command): void {
    this.#records.push(record);
    this.#wake();
  }

  /** Gives a speaker a turn as soon as there is room. */
  requestTurn(speaker: PostSource): void {
    this.#sources.add(speaker);
    this.#wake();
  }

  /** Takes a request back. */
  withdraw(speaker: PostSource): void {
    this.#sources.delete(speaker);
  }

  /** Handles a post that came in, then sends its `ack` with all that this gave rise to. */
  handle(post: readonly Notice[], handler: (notice: Notice) => void): void {
    this.#phase = { kind: "handling", since: this.#clock.now() };
    const owed = wantsAck(post) ? ACK : [];
    try {
      for (const notice of post) {
        if (notice.type === "ack") this.#window.acknowledge();
        else handler(notice);
      }
    } finally {
      this.#phase = RESTING;
      this.#flush(owed);
    }
  }

  #wake(): void {
    if (!this.#window.isOpen) return;
    switch (this.#phase.kind) {
      case "resting":
        this.#phase = GATHERING;
        queueMicrotask(() => {
          this.#phase = RESTING;
          this.#flush([]);
        });
        this.#postNext([]);
        return;
      case "gathering":
        return;
      case "handling":
        // Listeners that take long must not hold back what they have sent.
        if (this.#clock.now() - this.#phase.since < ANSWER_DELAY) return;
        this.#phase = { kind: "handling", since: this.#clock.now() };
        this.#flush([]);
    }
  }

  #flush(owed: readonly Command[]): void {
    let acks = owed;
    while (this.#window.isOpen && this.#hasWork()) {
      this.#postNext(acks);
      acks = [];
    }
    // A post of nothing but `ack`s needs no room in the window.
    if (acks.length > 0) this.#deliver(postOf(acks));
  }

  #hasWork(): boolean {
    return this.#sources.size > 0 || this.#records.length > 0;
  }

  #postNext(acks: readonly Command[]): void {
    const post = postOf([...acks, ...this.#records]);
    this.#records = [];
    this.#fill(post);
    this.#window.take(post.records);
    if (post.records.length > 0) this.#deliver(post);
  }

  /** Who has more to say goes to the end of the line, be it within this post. */
  #fill(post: Post): void {
    for (const speaker of this.#sources) {
      if (post.messages >= POST_MESSAGES || post.bytes >= POST_BYTES) return;
      this.#sources.delete(speaker);
      if (speaker.fill(post) === "more") this.#sources.add(speaker);
    }
  }
}

const ACK: readonly Command[] = [{ type: "ack" }];
