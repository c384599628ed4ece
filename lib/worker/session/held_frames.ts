/**
 * The first frames of a resumed session, which wait until the main thread has
 * the new resume token.
 *
 * The server forgets the old token with the first frame after its answer. If the
 * main thread is frozen, the frames wait for `KEEPING_TIME` at most.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";

/** How long they wait, in milliseconds. */
const KEEPING_TIME = 250;

/** Holds the frames of one connection at a time. */
export class HeldFrames {
  #frames: Data[] | undefined;
  #until = Infinity;

  /** When they wait no longer. */
  get until(): number {
    return this.#until;
  }

  /** Holds from now on. */
  begin(now: number): void {
    this.#frames = [];
    this.#until = now + KEEPING_TIME;
  }

  /** Takes a frame that has to wait; says whether it has to. */
  hold(frame: Data): boolean {
    this.#frames?.push(frame);
    return this.#frames !== undefined;
  }

  /** Holds no more, and gives what was held. */
  end(): readonly Data[] {
    const frames = this.#frames ?? [];
    this.#frames = undefined;
    this.#until = Infinity;
    return frames;
  }
}
