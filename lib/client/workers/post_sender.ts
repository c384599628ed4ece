/**
 * Gathers what goes to one worker into posts, and keeps the window.
 *
 * The first post goes at once, what else is sent in the same task follows in a
 * microtask, and while the window is full, everything gathers until the next
 * `ack`. No record waits for a timer.
 *
 * @module
 */

import type { Command, Notice } from "../../boundary/protocol.ts";
import { PostWindow, wantsAck } from "../../boundary/post_window.ts";
import type { ClientClock } from "../../platform/clock.ts";
import type { WorkerPort } from "./worker_port.ts";

/** A post as it grows. */
export interface Post {
  readonly records: Command[];
  readonly transfer: ArrayBuffer[];
  /** The messages in it, so far. */
  messages: number;
  /** Their size, in bytes. */
  bytes: number;
}

/** A source of records, such as a connection. */
export interface PostSource {
  /**
   * Adds its records, messages up to one turn.
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
  readonly #port: Pick<WorkerPort, "post">;
  readonly #clock: ClientClock;
  /** In the order of their turns. */
  readonly #sources = new Set<PostSource>();
  readonly #window = new PostWindow();
  #staged = emptyPost();
  #phase = RESTING;

  /** Starts with an empty window. */
  constructor(port: Pick<WorkerPort, "post">, clock: ClientClock) {
    this.#port = port;
    this.#clock = clock;
  }

  /**
   * What the next post begins with: commands, and messages that must precede
   * one of them. Call `send()` after an addition to it.
   */
  get staged(): Post {
    return this.#staged;
  }

  /** Sends a record ahead of all turns. */
  send(record: Command): void {
    this.#staged.records.push(record);
    this.#wake();
  }

  /** Gives a source a turn as soon as there is room. */
  requestTurn(source: PostSource): void {
    this.#sources.add(source);
    this.#wake();
  }

  /** Takes a request back. */
  withdraw(source: PostSource): void {
    this.#sources.delete(source);
  }

  /** The worker has handled a post. */
  acknowledge(): void {
    this.#window.acknowledge();
  }

  /** Gathers from now on: a post that came in is being handled. */
  hold(): void {
    this.#phase = { kind: "handling", since: this.#clock.now() };
  }

  /**
   * Sends what has gathered, with the `ack` of the post that was handled, if any.
   * What wants a turn meanwhile waits for its own, and overtakes nothing.
   */
  release(post: readonly Notice[]): void {
    this.#phase = GATHERING;
    try {
      this.#flush(wantsAck(post) ? ACK : []);
    } finally {
      this.#phase = RESTING;
    }
  }

  #wake(): void {
    if (!this.#window.isOpen) return;
    switch (this.#phase.kind) {
      case "resting":
        this.#phase = GATHERING;
        queueMicrotask(() => this.release([]));
        this.#postNext([]);
        return;
      case "gathering":
        return;
      case "handling":
        // Listeners that take long must not hold back what they have sent.
        if (this.#clock.now() - this.#phase.since < ANSWER_DELAY) return;
        this.release([]);
        this.hold();
    }
  }

  #flush(owed: readonly Command[]): void {
    let acks = owed;
    while (this.#window.isOpen && this.#hasWork()) {
      this.#postNext(acks);
      acks = [];
    }
    // A post of nothing but `ack`s needs no room in the window.
    if (acks.length > 0) this.#port.post(acks, []);
  }

  #hasWork(): boolean {
    return this.#sources.size > 0 || this.#staged.records.length > 0;
  }

  #postNext(acks: readonly Command[]): void {
    const post = this.#staged;
    this.#staged = emptyPost();
    post.records.unshift(...acks);
    this.#fill(post);
    this.#window.take(post.records);
    if (post.records.length > 0) {
      this.#port.post(post.records, post.transfer);
    }
  }

  /** A source with more to send goes last, even within this post. */
  #fill(post: Post): void {
    for (const source of this.#sources) {
      if (post.messages >= POST_MESSAGES || post.bytes >= POST_BYTES) return;
      this.#sources.delete(source);
      if (source.fill(post) === "more") this.#sources.add(source);
    }
  }
}

const ACK: readonly Command[] = [{ type: "ack" }];

function emptyPost(): Post {
  return { records: [], transfer: [], messages: 0, bytes: 0 };
}
