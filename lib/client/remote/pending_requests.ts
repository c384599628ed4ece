/**
 * Requests of either side that the other has not answered.
 *
 * @module
 */

import type { NoticeOf } from "../../boundary/protocol.ts";
import type { GuardedListener } from "./guarded_listener.ts";

/** The open requests of the worker and the open probes of the client. */
export class PendingRequests {
  readonly #listener: GuardedListener;
  /** The worker's numbers by ours: each new worker counts from 1. */
  readonly #requests = new Map<number, number>();
  #lastRequest = 0;
  readonly #probes = new Set<number>();

  /** Starts without a request. */
  constructor(listener: GuardedListener) {
    this.#listener = listener;
  }

  /** Passes a request of the worker on, with a number that is never used again. */
  onRequest({ request, what }: NoticeOf<"request">): void {
    this.#lastRequest += 1;
    const own = this.#lastRequest;
    this.#requests.set(own, request);
    this.#listener.notify((listener) => listener.request(own, what));
  }

  /**
   * Takes a request out to answer it.
   *
   * @returns The worker's number for it; `undefined` if it has been answered or
   * its worker is gone.
   */
  takeRequest(own: number): number | undefined {
    const request = this.#requests.get(own);
    this.#requests.delete(own);
    return request;
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

  /** Forgets the requests of a worker that is gone. */
  forgetRequests(): void {
    this.#requests.clear();
  }
}
