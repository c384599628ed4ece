/**
 * Sessions in the memory of one process.
 *
 * @module
 */

import { type Clock, PLATFORM_CLOCK } from "../../platform/clock.ts";
import { randomHex } from "../../platform/random_hex.ts";
import { MemoryCore } from "../../session/store/memory_core.ts";
import type {
  Accepted,
  AcceptStep,
  Appended,
  AttachClaim,
  Attached,
  BufferBounds,
  Busy,
  EndCondition,
  Ended,
  Fenced,
  Full,
  Gone,
  Lease,
  Refused,
  SessionInit,
  SessionStore,
  Stored,
  StoreNotice,
} from "../../session/store/store.ts";
import type { Payload } from "../../session/wire/payload.ts";
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
   * Tells when sessions are over.
   *
   * @default {the platform's clock}
   */
  readonly clock?: Pick<Clock, "now">;
}

/**
 * Keeps sessions in the memory of this process. They end with it: clients that
 * come back to the next process learn that their session is lost.
 *
 * @example Sessions of one process
 * ```ts ignore
 * import { memoryStore, SessionServer } from "@holdfast/websocket/server";
 *
 * const sessions = new SessionServer({ store: memoryStore(), ...options });
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

  open(init: SessionInit): Promise<Lease> {
    return this.#do((now) => this.#core.open(init, now));
  }

  attach(claim: AttachClaim): Promise<Attached | Busy | Refused> {
    return this.#do((now) => {
      const before = this.#core.peek(claim.session);
      const answer = this.#core.attach(claim, now);
      this.#listeners.deliver(before && noticeOfAttach(before, claim, answer));
      return answer;
    });
  }

  append(
    session: string,
    messages: readonly Payload[],
    bounds: BufferBounds,
  ): Promise<Appended | Full | Gone> {
    return this.#do(() => {
      const answer = this.#core.append(session, messages, bounds);
      this.#listeners.deliver(noticeOfAppend(session, messages, answer));
      return answer;
    });
  }

  accept(step: AcceptStep): Promise<Accepted | Fenced | Gone> {
    return this.#do((now) => this.#core.accept(step, now));
  }

  read(
    session: string,
    after: number,
    limit: number,
  ): Promise<readonly Stored[]> {
    return this.#do(() => this.#core.read(session, after, limit));
  }

  detach(lease: Lease, ttl: number): Promise<void> {
    return this.#do((now) => this.#core.detach(lease, ttl, now));
  }

  touch(leases: readonly Lease[], ttl: number): Promise<readonly Lease[]> {
    return this.#do((now) => this.#core.touch(leases, ttl, now));
  }

  end(
    session: string,
    condition: EndCondition,
    tombstone: number,
  ): Promise<Ended | Fenced | Gone> {
    return this.#do((now) => {
      const before = this.#core.peek(session);
      const answer = this.#core.end(session, condition, { now, tombstone });
      this.#listeners.deliver(before && noticeOfEnd(before, condition, answer));
      return answer;
    });
  }

  due(limit: number): Promise<readonly string[]> {
    return this.#do((now) => this.#core.due(limit, now));
  }

  listen(
    node: string,
    listener: (notice: StoreNotice) => void,
  ): Promise<AsyncDisposable> {
    return this.#do(() => this.#listeners.add(node, listener));
  }

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
