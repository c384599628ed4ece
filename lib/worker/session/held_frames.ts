/**
 * Frames that wait until the main thread has kept what they depend on.
 *
 * The server forgets the old resume token with the first frame after its
 * answer. And if a session is lost, its messages go into the new one: a worker
 * after this one would send them once more. So these frames wait until the main
 * thread has stored the new state. If the main thread is frozen, a resumed
 * session waits for `KEEPING_TIME` at most. A session in place of a lost one
 * waits without a limit.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import type { SessionNews } from "../../session/client/state.ts";

/** How long a resumed session waits, in milliseconds. */
const KEEPING_TIME = 250;

/** Holds the frames of one connection at a time. */
export class HeldFrames {
  #frames: Data[] | undefined;
  #until = Infinity;

  /** When they wait no longer. */
  get until(): number {
    return this.#until;
  }

  /** A connection took the session up like this: holds from now on, if need be. */
  begin(kind: SessionNews["kind"], now: number): void {
    if (kind === "opened") return;
    this.#frames = [];
    this.#until = kind === "lost" ? Infinity : now + KEEPING_TIME;
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
