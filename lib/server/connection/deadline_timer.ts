/**
 * One timer for a deadline that moves often.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";

/** Calls a function when a deadline has come. */
export class DeadlineTimer {
  readonly #clock: Pick<Clock, "now" | "after">;
  readonly #deadline: () => number;
  readonly #onDue: () => void;
  /** When the timer rings; `Infinity` without one. */
  #dueAt = Infinity;
  #cancel = () => {};

  /** Reads the deadline whenever it may have moved; `Infinity` is none. */
  constructor(
    clock: Pick<Clock, "now" | "after">,
    { deadline, onDue }: {
      readonly deadline: () => number;
      readonly onDue: () => void;
    },
  ) {
    this.#clock = clock;
    this.#deadline = deadline;
    this.#onDue = onDue;
  }

  /**
   * The deadline may have moved. A timer that would ring too early stays, and is
   * set again when it rings: an acknowledgement that rides moves the deadline
   * with each message.
   */
  update(): void {
    const dueAt = this.#deadline();
    if (dueAt >= this.#dueAt) return;
    this.stop();
    this.#dueAt = dueAt;
    const delay = dueAt - this.#clock.now();
    this.#cancel = this.#clock.after(delay, () => this.#ring());
  }

  /** Cancels the timer. */
  stop(): void {
    this.#cancel();
    this.#dueAt = Infinity;
  }

  #ring(): void {
    this.#dueAt = Infinity;
    if (this.#clock.now() >= this.#deadline()) this.#onDue();
    this.update();
  }
}
