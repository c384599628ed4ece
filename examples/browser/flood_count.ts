/**
 * Counts the numbered messages of a flood.
 *
 * @module
 */

/** How many messages have arrived, and whether in order. */
export class FloodCount {
  #received = 0;
  #last = 0;
  #order: "in order" | "out of order" = "in order";

  /** Counts a message that starts with its number; 1 starts a new flood. */
  take(data: unknown): void {
    const number = Number.parseInt(String(data));
    if (number === 1) this.#last = 0;
    if (number !== this.#last + 1) this.#order = "out of order";
    this.#last = number;
    this.#received += 1;
  }

  /** The count as text. */
  toString(): string {
    const count = this.#received.toLocaleString("en");
    return this.#received === 0 ? "0" : `${count}, ${this.#order}`;
  }
}
