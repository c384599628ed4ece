/**
 * Counts numbers that are sent and their answers.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- A demonstration prints.

/** Counts, shows, and judges. */
export class Tally {
  reconnects = 0;
  restarts = 0;
  #sent = 0;
  #last = 0;
  readonly #seen = new Set<number>();
  #repeated = 0;
  #outOfOrder = 0;
  #onReceived = () => {};
  readonly #since = performance.now();

  /** Whether nothing was lost, repeated or out of order. */
  get isPerfect(): boolean {
    return this.#seen.size === this.#sent && this.#repeated === 0 &&
      this.#outOfOrder === 0;
  }

  /** The next number to send. */
  nextSent(): number {
    return this.#sent += 1;
  }

  /** The answer to a number came. */
  received(number: number): void {
    if (this.#seen.has(number)) this.#repeated += 1;
    else if (number < this.#last) this.#outOfOrder += 1;
    this.#seen.add(number);
    this.#last = Math.max(this.#last, number);
    this.#onReceived();
  }

  /** Resolves when each number was answered. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onReceived = () => {
        if (this.#seen.size === this.#sent) resolve();
      };
      this.#onReceived();
    });
  }

  /** Says what happens. */
  note(text: string): void {
    const seconds = (performance.now() - this.#since) / 1_000;
    this.#clear();
    console.log(`${seconds.toFixed(1).padStart(5)} s  ${text}`);
  }

  /** Shows how far it is, on a terminal. */
  show(): void {
    if (!Deno.stdout.isTerminal()) return;
    this.#clear();
    this.#write(
      `${this.#sent} sent, ${this.#seen.size} received, ` +
        `${this.reconnects} reconnects, ${this.restarts} restarts`,
    );
  }

  /** The result, in one line. */
  summary(): string {
    this.#clear();
    const lost = this.#sent - this.#seen.size;
    return `session: ${this.#sent} sent, ${this.#seen.size} received, ${lost} lost, ` +
      `${this.#repeated} repeated, ${this.#outOfOrder} out of order, ` +
      `${this.reconnects} reconnects, ${this.restarts} restarts`;
  }

  #clear(): void {
    if (Deno.stdout.isTerminal()) this.#write("\r\x1b[K");
  }

  #write(text: string): void {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  }
}
