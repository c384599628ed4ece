/**
 * Sums up what left a queue unsent or unread: one report per task, direction
 * and reason, not one per message.
 *
 * @module
 */

import type { Direction, DropReason } from "../protocol.ts";
import { guard } from "./guard.ts";

/** Messages that left a queue unsent (outbound) or unread (inbound). */
export interface Drop {
  readonly count: number;
  /** Their size, in bytes. */
  readonly bytes: number;
  readonly direction: Direction;
  readonly reason: DropReason;
}

/** Whom drops are told to. */
export interface DropListener {
  /** Messages left a queue unsent or unread. */
  dropped(drop: Drop): void;
}

const NONE: readonly Drop[] = [];

/** Gathers drops until the end of the task. */
export class DropReport {
  readonly #listener: DropListener;
  #drops = NONE;

  /** Makes an empty report. */
  constructor(listener: DropListener) {
    this.#listener = listener;
  }

  /** Adds messages, to be told in a microtask at the latest. */
  add(drop: Drop): void {
    if (this.#drops.length === 0) queueMicrotask(() => this.flush());
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

  /** Tells what has been gathered. */
  flush(): void {
    while (this.#drops.length > 0) {
      const [drop, ...rest] = this.#drops;
      this.#drops = rest;
      if (drop) guard(() => this.#listener.dropped(drop));
    }
  }

  /** Tells nothing of it. */
  forget(): void {
    this.#drops = NONE;
  }
}
