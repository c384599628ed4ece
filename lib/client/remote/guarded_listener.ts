/**
 * Tells a link's listener what happens, and guards the link against it.
 *
 * What left a queue unsent or unread is summed up: one report per task,
 * direction and reason, not one per message. Whatever has been dropped so far
 * is told before anything else.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import { guard } from "../../platform/guard.ts";
import type { Drop, RemoteConnectionListener } from "./listener.ts";

const NONE: readonly Drop[] = [];

/** The only one who calls a link's listener. */
export class GuardedListener {
  readonly #listener: RemoteConnectionListener;
  /** Not told yet. */
  #drops = NONE;

  /** Has nothing to tell yet. */
  constructor(listener: RemoteConnectionListener) {
    this.#listener = listener;
  }

  /** Tells something that happened. */
  notify(what: (listener: RemoteConnectionListener) => void): void {
    this.flushDrops();
    guard(() => what(this.#listener));
  }

  /** Tells a message. A closure for each would be felt. */
  message(data: Data): void {
    this.flushDrops();
    try {
      this.#listener.message(data);
    } catch (error) {
      reportError(error);
    }
  }

  /** Adds messages that were dropped, to be told in a microtask at the latest. */
  addDrop(drop: Drop): void {
    if (this.#drops.length === 0) queueMicrotask(() => this.flushDrops());
    const last = this.#drops.at(-1);
    if (last?.direction !== drop.direction || last.reason !== drop.reason) {
      this.#drops = [...this.#drops, drop];
      return;
    }
    const sum = {
      count: last.count + drop.count,
      bytes: last.bytes + drop.bytes,
    };
    this.#drops = [...this.#drops.slice(0, -1), { ...last, ...sum }];
  }

  /** Tells what has been dropped so far. */
  flushDrops(): void {
    while (this.#drops.length > 0) {
      const [drop, ...rest] = this.#drops;
      this.#drops = rest;
      if (drop) guard(() => this.#listener.dropped(drop));
    }
  }
}
