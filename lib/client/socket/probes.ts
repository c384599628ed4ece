/**
 * Calls of `probe()` that wait for their answer.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type { SocketError } from "../errors/mod.ts";
import type { NoticeOf } from "../../boundary/protocol.ts";

/** The probes of one connection. */
export class Probes {
  readonly #errorOf: (failure: Failure) => SocketError;
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #last = 0;

  /** Makes an empty collection; `errorOf` makes the error for a failure. */
  constructor(errorOf: (failure: Failure) => SocketError) {
    this.#errorOf = errorOf;
  }

  /** Starts a probe; `send` sends it to the worker. Resolves to the latency in milliseconds. */
  start(send: (request: number) => void): Promise<number> {
    const probe = Promise.withResolvers<number>();
    this.#last += 1;
    this.#waiting.set(this.#last, probe);
    send(this.#last);
    return probe.promise;
  }

  /** Takes the worker's answer. */
  answer({ request, result }: NoticeOf<"probed">): void {
    const probe = this.#waiting.get(request);
    this.#waiting.delete(request);
    switch (result.kind) {
      case "latency":
        return probe?.resolve(result.latency);
      case "not-open":
        return probe?.reject(notOpen());
      case "paused":
        return probe?.reject(
          new DOMException(
            "Cannot probe: the inbox is full, so nothing is read",
            "InvalidStateError",
          ),
        );
      case "failure":
        return probe?.reject(this.#errorOf(result.failure));
      case "unsupported":
        return probe?.reject(
          new DOMException(
            "Cannot probe: this transport has no ping frames; set heartbeat.message",
            "NotSupportedError",
          ),
        );
    }
  }

  /** Rejects what still waits. */
  end(error: SocketError): void {
    for (const probe of this.#waiting.values()) probe.reject(error);
    this.#waiting.clear();
  }
}

/** The error for a probe of what is not open. */
export function notOpen(): DOMException {
  return new DOMException(
    "Cannot probe: the connection is not open",
    "InvalidStateError",
  );
}
