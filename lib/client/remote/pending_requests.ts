/**
 * What one side has asked and the other has not answered.
 *
 * @module
 */

import type { NoticeOf } from "../../boundary/protocol.ts";
import type { GuardedListener } from "./guarded_listener.ts";

/** The open questions of the worker and the open probes of the client. */
export class PendingRequests {
  readonly #listener: GuardedListener;
  /** The worker's numbers by ours: each new worker counts from 1. */
  readonly #questions = new Map<number, number>();
  #lastQuestion = 0;
  readonly #probes = new Set<number>();

  /** Starts without a request. */
  constructor(listener: GuardedListener) {
    this.#listener = listener;
  }

  /** Passes a question of the worker on, with a number that is never used again. */
  onAsk({ question, what }: NoticeOf<"ask">): void {
    this.#lastQuestion += 1;
    const own = this.#lastQuestion;
    this.#questions.set(own, question);
    this.#listener.notify((listener) => listener.ask(own, what));
  }

  /**
   * Takes a question out to answer it.
   *
   * @returns The worker's number for it; `undefined` if it has been answered or
   * its worker is gone.
   */
  takeQuestion(own: number): number | undefined {
    const question = this.#questions.get(own);
    this.#questions.delete(own);
    return question;
  }

  /** Notes a probe that waits for its answer. */
  addProbe(request: number): void {
    this.#probes.add(request);
  }

  /** Passes on the first answer to a probe. */
  onProbed(notice: NoticeOf<"probed">): void {
    if (!this.#probes.delete(notice.request)) return;
    this.#listener.notify((listener) => listener.probed(notice));
  }

  /** Answers all open probes in the place of the worker. */
  answerProbes(result: NoticeOf<"probed">["result"]): void {
    for (const request of [...this.#probes]) {
      this.onProbed({ type: "probed", id: 0, after: 0, request, result });
    }
  }

  /** Forgets the questions of a worker that is gone. */
  forgetQuestions(): void {
    this.#questions.clear();
  }
}
