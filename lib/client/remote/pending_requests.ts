/**
 * What one side has asked and the other has not answered.
 *
 * @module
 */

import type { Answer } from "../../boundary/protocol.ts";
import type { NoticeOf } from "../../boundary/protocol.ts";
import type { Attachment } from "../workers/attachment.ts";
import type { GuardedListener } from "./guarded_listener.ts";

/** The open questions of the worker and the open probes of the client. */
export class PendingRequests {
  readonly #listener: GuardedListener;
  /** By our own numbers: a worker's successor counts anew. */
  readonly #questions = new Map<number, number>();
  #lastQuestion = 0;
  readonly #probes = new Set<number>();

  /** Nothing has been asked yet. */
  constructor(teller: GuardedListener) {
    this.#listener = teller;
  }

  /** The worker asked; tells it with a number that is never used again. */
  onAsk({ question, what }: NoticeOf<"ask">): void {
    this.#lastQuestion += 1;
    const own = this.#lastQuestion;
    this.#questions.set(own, question);
    this.#listener.notify((listener) => listener.ask(own, what));
  }

  /** Answers a question, unless it has been answered or its worker is gone. */
  answer(
    { question: own, answer }: {
      readonly question: number;
      readonly answer: Answer;
    },
    seat: Attachment | undefined,
  ): void {
    const question = this.#questions.get(own);
    this.#questions.delete(own);
    if (question === undefined || seat === undefined) return;
    seat.send({ type: "answer", id: seat.id, question, answer });
  }

  /** Asks the worker for a ping. Nobody is told from within. */
  probe(request: number, seat: Attachment | undefined): void {
    this.#probes.add(request);
    if (seat) seat.send({ type: "probe", id: seat.id, request });
    else queueMicrotask(() => this.answerProbes({ kind: "not-open" }));
  }

  /** Tells the answer to a probe, if it is the first one. */
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

  /** Nobody waits for answers to the worker's questions any more. */
  forgetQuestions(): void {
    this.#questions.clear();
  }
}
