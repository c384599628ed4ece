/**
 * One attempt, as hooks and requests to the client see it.
 *
 * @module
 */

import type { AttemptContext } from "./hooks.ts";

/** From `resolve` until the attempt, or the connection it led to, is over. */
export class AttemptScope implements AttemptContext {
  readonly attempt: number;
  #phase: "present" | "over" = "present";
  /** Made when somebody reads the signal: most attempts have nothing to abort. */
  #controller: AbortController | undefined;

  /** Begins the attempt with this number. */
  constructor(attempt: number) {
    this.attempt = attempt;
  }

  /** Whether it is over or no longer wanted. */
  get isOver(): boolean {
    return this.#phase === "over";
  }

  /** Aborted when it is over or no longer wanted. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.isOver) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** Ends it, and aborts the signal. */
  end(): void {
    this.#phase = "over";
    this.#controller?.abort();
  }
}
