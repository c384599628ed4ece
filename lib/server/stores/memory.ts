/**
 * Sessions in the memory of one process.
 *
 * @module
 */

import { type Clock, PLATFORM_CLOCK } from "../../platform/clock.ts";
import { randomHex } from "../../platform/random_hex.ts";
import { MemoryCore } from "../../session/store/memory_core.ts";
import type { SessionStore } from "../../session/store/store.ts";
import {
  NodeListeners,
  noticeOfAppend,
  noticeOfAttach,
  noticeOfEnd,
} from "./notices.ts";
import { SessionStoreError } from "./store_error.ts";

/** What a memory store depends on. */
export interface MemoryStoreOptions {
  /**
   * Sessions expire by this clock.
   *
   * @default {the platform's clock}
   */
  readonly clock?: Pick<Clock, "now">;
}

/**
 * Keeps sessions in the memory of this process. They end with it: clients that
 * come back to the next process learn that their session is lost. What became of
 * the messages of a session that has ended is known of the last 100,000.
 *
 * @example Two servers of one process, which share their sessions
 * ```ts
 * import { memoryStore, SessionServer } from "@holdfast/websocket/server";
 *
 * const options = {
 *   key: "at least 32 random bytes of your own",
 *   authenticate: () => "everybody",
 *   handler: { message() {} },
 *   store: memoryStore(),
 * };
 * await using one = new SessionServer(options);
 * await using two = new SessionServer(options);
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): SessionStore {
  return new MemoryStore(options.clock ?? PLATFORM_CLOCK);
}

class MemoryStore implements SessionStore {
  readonly #core = new MemoryCore(randomHex(8));
  readonly #listeners = new NodeListeners();
  readonly #clock: Pick<Clock, "now">;
  #closed = false;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  get generation(): string {
    return this.#core.generation;
  }

  readonly open: SessionStore["open"] = (init) =>
    this.#do((now) => this.#core.open(init, now));

  readonly attach: SessionStore["attach"] = (claim) =>
    this.#do((now) => {
      const before = this.#core.peek(claim.session);
      const answer = this.#core.attach(claim, now);
      this.#listeners.deliver(before && noticeOfAttach(before, claim, answer));
      return answer;
    });

  readonly append: SessionStore["append"] = (session, messages, bounds) =>
    this.#do(() => {
      const answer = this.#core.append(session, messages, bounds);
      const after = this.#core.peek(session);
      this.#listeners.deliver(after && noticeOfAppend(after, answer));
      return answer;
    });

  readonly accept: SessionStore["accept"] = (step) =>
    this.#do((now) => this.#core.accept(step, now));

  readonly read: SessionStore["read"] = (session, after, limit) =>
    this.#do(() => this.#core.read(session, after, limit));

  readonly detach: SessionStore["detach"] = (lease, ttl) =>
    this.#do((now) => this.#core.detach(lease, ttl, now));

  readonly touch: SessionStore["touch"] = (leases, ttl) =>
    this.#do((now) => this.#core.touch(leases, ttl, now));

  readonly end: SessionStore["end"] = (session, condition, tombstone) =>
    this.#do((now) => {
      const before = this.#core.peek(session);
      const answer = this.#core.end(session, condition, { now, tombstone });
      this.#listeners.deliver(before && noticeOfEnd(before, condition, answer));
      return answer;
    });

  readonly due: SessionStore["due"] = (limit) =>
    this.#do((now) => this.#core.due(limit, now));

  readonly listen: SessionStore["listen"] = (node, listener) =>
    this.#do(() => this.#listeners.add(node, listener));

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    return Promise.resolve();
  }

  /** Runs a step at once; what it throws becomes a rejection. */
  #do<T>(step: (now: number) => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.#closed) {
        throw new SessionStoreError("closed", "The session store is closed");
      }
      resolve(step(this.#clock.now()));
    });
  }
}
