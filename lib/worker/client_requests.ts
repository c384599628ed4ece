/**
 * What the worker asks the main thread, and the answers.
 *
 * @module
 */

import type { Answer, Notice } from "../boundary/protocol.ts";

/** The open questions of one connection. */
export class ClientRequests {
  readonly #id: number;
  readonly #push: (notice: Notice) => void;
  readonly #open = new Map<number, (answer: Answer) => void>();
  #last = 0;

  /** Makes an empty list. */
  constructor(id: number, tell: (notice: Notice) => void) {
    this.#id = id;
    this.#push = tell;
  }

  /** How many have not been answered. */
  get open(): number {
    return this.#open.size;
  }

  /** Asks. Rejects with the signal's reason once nobody waits any more. */
  request(what: "url" | "token", signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    this.#last += 1;
    const question = this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const onAbort = () => {
      this.#open.delete(question);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#open.set(question, (answer) => {
      signal.removeEventListener("abort", onAbort);
      resolve(answer);
    });
    this.#push({ type: "ask", id: this.#id, question, what });
    return promise;
  }

  /** Passes an answer on; late ones have nobody left to go to. */
  answer(question: number, answer: Answer): void {
    const settle = this.#open.get(question);
    this.#open.delete(question);
    settle?.(answer);
  }
}
