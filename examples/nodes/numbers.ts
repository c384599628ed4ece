/**
 * What was sent in one direction for one client, and what came.
 *
 * @module
 */

/** `again`: it came with the flag that says that it may have come before. */
export type Delivery = "first" | "again";

/** Numbers from 1 on, and how they came. */
export class Numbers {
  #sent = 0;
  #last = 0;
  readonly #received = new Set<number>();
  readonly #unflagged = new Set<number>();
  #again = 0;
  #repeated = 0;
  #disordered = 0;

  /** The counts of this moment. */
  get counts() {
    return {
      sent: this.#sent,
      received: this.#received.size,
      again: this.#again,
      repeated: this.#repeated,
      disordered: this.#disordered,
    };
  }

  /** The next number to send. */
  next(): number {
    return this.#sent += 1;
  }

  /**
   * A number came. One without the flag may come once; a node that was stopped
   * may be late with that one, after another node got it with the flag.
   *
   * @returns Whether it came for the first time.
   */
  receive(number: number, delivery: Delivery): boolean {
    if (delivery === "again") this.#again += 1;
    else if (this.#unflagged.has(number)) this.#repeated += 1;
    else this.#unflagged.add(number);
    if (this.#received.has(number)) return false;
    if (number < this.#last) this.#disordered += 1;
    this.#received.add(number);
    this.#last = Math.max(this.#last, number);
    return true;
  }
}
