/**
 * What the worker asks the main thread, and the answers.
 *
 * @module
 */

import type { Answer } from "../../boundary/protocol.ts";
import type { NoticeQueue } from "./notice_queue.ts";

type Settle = (answer: Answer) => void;

/** The open requests of one connection. */
export class ClientRequests {
  readonly #id: number;
  readonly #notices: Pick<NoticeQueue, "push">;
  /** Made with the first request: most connections have none. */
  #open: Map<number, Settle> | undefined;
  #last = 0;

  /** Makes an empty list. */
  constructor(id: number, notices: Pick<NoticeQueue, "push">) {
    this.#id = id;
    this.#notices = notices;
  }

  /**
   * Asks the client. Rejects with the signal's reason when it aborts.
   *
   * @throws The signal's reason, if it has aborted already.
   */
  request(what: "url" | "token", signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    this.#last += 1;
    const request = this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const onAbort = () => {
      this.#open?.delete(request);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#open ??= new Map();
    this.#open.set(request, (answer) => {
      signal.removeEventListener("abort", onAbort);
      resolve(answer);
    });
    this.#notices.push({ type: "request", id: this.#id, request, what });
    return promise;
  }

  /** Settles the request with this number, unless it was given up. */
  answer(request: number, answer: Answer): void {
    const settle = this.#open?.get(request);
    this.#open?.delete(request);
    settle?.(answer);
  }
}
