/**
 * The pings that wait for their pong.
 *
 * @module
 */

/** How many are kept: more than a heartbeat needs. */
const MAX_PAYLOADS = 16;
/** Most connections have none; a thousand arrays would cost memory. */
const NONE: readonly string[] = [];

/** Matches pongs with pings. */
export class SentPings {
  #payloads = NONE;

  /** Notes a ping. */
  add(payload: string): void {
    this.#payloads = [...this.#payloads, payload].slice(-MAX_PAYLOADS);
  }

  /**
   * Says whether a pong answers one of the pings. It also stands for those
   * before it (RFC 6455, 5.5.3), so their own pongs would be late.
   */
  answer(payload: string): boolean {
    const index = this.#payloads.indexOf(payload);
    if (index < 0) return false;
    const rest = this.#payloads.slice(index + 1);
    this.#payloads = rest.length === 0 ? NONE : rest;
    return true;
  }
}
