/**
 * What one side has asked and the other has not answered.
 *
 * @module
 */

/** The open questions of the worker and the open probes of the client. */
export class LinkRequests {
  /** By our own numbers: a worker's successor counts anew. */
  readonly #questions = new Map<number, number>();
  #lastQuestion = 0;
  readonly #probes = new Set<number>();

  /** Probes that have not been answered. */
  get probes(): readonly number[] {
    return [...this.#probes];
  }

  /** The worker asked; gives its question a number that is never used again. */
  asked(question: number): number {
    this.#lastQuestion += 1;
    this.#questions.set(this.#lastQuestion, question);
    return this.#lastQuestion;
  }

  /** The worker's own number of a question that is answered for the first time. */
  answered(own: number): number | undefined {
    const question = this.#questions.get(own);
    this.#questions.delete(own);
    return question;
  }

  /** The client asked. */
  probe(request: number): void {
    this.#probes.add(request);
  }

  /** Tells whether a probe is answered for the first time. */
  probed(request: number): boolean {
    return this.#probes.delete(request);
  }

  /** Nobody waits for these answers any more. */
  crashed(): void {
    this.#questions.clear();
  }

  /** Forgets everything. */
  forget(): void {
    this.#questions.clear();
    this.#probes.clear();
  }
}
