/**
 * Incoming messages under three numbers: the session's, the boundary's, and the
 * index by which the machine counts deliveries.
 *
 * @module
 */

import type { SessionRemains } from "../../boundary/session.ts";
import type { Positions } from "../../session/flow/positions.ts";
import { baseOf } from "./restore.ts";
import type { SessionReports } from "./session_reports.ts";

/** Reports where numbers go on, and converts the numbers that are consumed. */
export class Deliveries {
  readonly #reports: Pick<SessionReports, "after" | "mark">;
  /** The boundary's number of the message before the machine's first delivery. */
  #base: number;
  /** The last message that the application has consumed, by the boundary's number. */
  #consumed: number;
  #generation: string | undefined;

  /** Goes on with what a worker before has left. */
  constructor(
    reports: Pick<SessionReports, "after" | "mark">,
    remains: SessionRemains,
  ) {
    this.#reports = reports;
    this.#base = baseOf(remains);
    this.#consumed = remains.consumed;
  }

  /**
   * The application has consumed all messages up to this number of the boundary.
   *
   * @returns The index of that delivery, if this is news.
   */
  consumed(upTo: number): number | undefined {
    if (upTo <= this.#consumed) return undefined;
    this.#consumed = upTo;
    // It may have come before the session did.
    return upTo > this.#base ? upTo - this.#base : undefined;
  }

  /** Something is about to be delivered; `positions` include it. */
  expect(
    { index, seq, generation }: {
      readonly index: number;
      readonly seq: number;
      readonly generation: string;
    },
    positions: Positions,
  ): void {
    if (generation !== this.#generation) {
      // Before it, all that is known is of the generations before.
      this.mark(seq - 1, generation, positions.slice(1));
    }
    this.#base = this.#reports.after + 1 - index;
  }

  /** From the next message on, numbers go on after `seq`. */
  mark(seq: number, generation: string, positions: Positions): void {
    this.#generation = generation;
    this.#reports.mark({ seq, generation, positions });
  }
}
