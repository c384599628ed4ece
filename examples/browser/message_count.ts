/**
 * Counts numbered messages and their answers.
 *
 * @module
 */

/** What became of the messages of one client. */
export class MessageCount {
  #sent = 0;
  #last = 0;
  #answered = 0;
  #repeated = 0;
  readonly #missing = new Set<number>();

  /** How many messages were sent. */
  get sent(): number {
    return this.#sent;
  }

  /** How many answers have come, each counted once. */
  get answered(): number {
    return this.#answered;
  }

  /** How many will not be answered: a later one was. */
  get lost(): number {
    return this.#missing.size;
  }

  /** How many answers have come again. */
  get repeated(): number {
    return this.#repeated;
  }

  /** The last number that was answered. */
  get last(): number {
    return this.#last;
  }

  /** The next message. */
  next(): string {
    this.#sent += 1;
    return `number ${this.#sent}`;
  }

  /** Counts an answer; says whether it is one. */
  take(data: unknown): boolean {
    const match = /^number (\d+)$/.exec(String(data));
    if (match === null) return false;
    const number = Number(match[1]);
    if (number > this.#last) {
      for (let missing = this.#last + 1; missing < number; missing += 1) {
        this.#missing.add(missing);
      }
      this.#last = number;
      this.#answered += 1;
    } else if (this.#missing.delete(number)) this.#answered += 1;
    else this.#repeated += 1;
    return true;
  }
}
