/**
 * Calls the listener of a connection, and survives what it throws.
 *
 * What left a queue unsent or unread is summed up: one report per task,
 * direction and reason, not one per message. Whatever has been dropped so far
 * is reported before anything else.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import { guard, report } from "../../platform/guard.ts";
import type { Drop } from "../../boundary/protocol.ts";
import type { RemoteConnectionListener } from "./listener.ts";

const NONE: readonly Drop[] = [];

/** The only caller of a connection's listener. */
export class GuardedListener {
  readonly #listener: RemoteConnectionListener;
  /** Not reported yet. */
  #drops = NONE;

  /** Guards this listener. */
  constructor(listener: RemoteConnectionListener) {
    this.#listener = listener;
  }

  /** Reports an event: `what` calls the listener. */
  notify(what: (listener: RemoteConnectionListener) => void): void {
    this.flushDrops();
    guard(() => what(this.#listener));
  }

  /** Reports a message, without a closure: there may be a million per second. */
  message(data: Data): void {
    this.flushDrops();
    try {
      this.#listener.message(data);
    } catch (error) {
      report(error);
    }
  }

  /** Adds messages that were dropped; they are reported in a microtask at the latest. */
  addDrop(drop: Drop): void {
    if (this.#drops.length === 0) queueMicrotask(() => this.flushDrops());
    const last = this.#drops.at(-1);
    this.#drops = last && areOne(last, drop)
      ? this.#drops.with(-1, sumOf(last, drop))
      : [...this.#drops, drop];
  }

  /** Reports what has been dropped so far. */
  flushDrops(): void {
    while (this.#drops.length > 0) {
      const [drop, ...rest] = this.#drops;
      this.#drops = rest;
      if (drop) guard(() => this.#listener.dropped(drop));
    }
  }
}

/** Two drops as one. */
function sumOf(last: Drop, drop: Drop): Drop {
  return {
    ...drop,
    ...last.first !== undefined && { first: last.first },
    count: last.count + drop.count,
    bytes: last.bytes + drop.bytes,
  };
}

/** Whether two drops can be reported as one: their numbers leave no gap. */
function areOne(last: Drop, drop: Drop): boolean {
  return last.direction === drop.direction && last.reason === drop.reason &&
    drop.first === (last.last && last.last + 1);
}
