/**
 * Counts the messages that were sent and those that came back.
 *
 * @module
 */

/** Counts numbered messages through an echo server. */
export class EchoCounter {
  #sent = 0;
  readonly #seen = new Set<number>();
  #last = 0;
  #repeated = 0;
  #disordered = 0;
  #notify: () => void = () => {};

  /** The number of the next message. */
  nextSent(): number {
    this.#sent += 1;
    return this.#sent;
  }

  /** Counts an echo. */
  received(number: number): void {
    if (this.#seen.has(number)) this.#repeated += 1;
    else if (number < this.#last) this.#disordered += 1;
    this.#seen.add(number);
    this.#last = Math.max(this.#last, number);
    this.#notify();
  }

  /** Resolves when the last message has come back. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#notify = () => {
        if (this.#seen.has(this.#sent)) resolve();
      };
      this.#notify();
    });
  }

  /** The totals. */
  get totals(): {
    readonly sent: number;
    readonly received: number;
    readonly lost: number;
    readonly repeated: number;
    readonly disordered: number;
  } {
    const received = this.#seen.size;
    return {
      sent: this.#sent,
      received,
      lost: this.#sent - received,
      repeated: this.#repeated,
      disordered: this.#disordered,
    };
  }
}
