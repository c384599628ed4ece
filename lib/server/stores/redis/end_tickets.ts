/**
 * Which ends of sessions Redis has not answered. It may have done them; a ticket
 * shows it that a request is repeated.
 *
 * @module
 */

import { randomHex } from "../../../platform/random_hex.ts";

/** The tickets of one store. */
export class EndTickets {
  readonly #unanswered = new Map<string, readonly string[]>();

  /**
   * Tickets for a request: it takes over those of earlier requests without an
   * answer, or gets a new one.
   */
  take(session: string): readonly string[] {
    const before = this.#unanswered.get(session);
    this.#unanswered.delete(session);
    return before ?? [randomHex(4)];
  }

  /** No answer came. */
  giveBack(session: string, tickets: readonly string[]): void {
    const others = this.#unanswered.get(session) ?? [];
    this.#unanswered.set(session, [...others, ...tickets]);
  }
}
