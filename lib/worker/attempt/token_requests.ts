/**
 * Asks for new tokens for a connection that stays open: in time, one request at a
 * time, and later after a failure.
 *
 * @module
 */

import type { WorkerClock } from "../../platform/clock.ts";
import { AttemptScope } from "./attempt_scope.ts";
import { type AttemptContext, describeError } from "./hooks.ts";

/** What a request for a new token led to. */
export type TokenOutcome =
  /** It is to be sent. */
  | { readonly kind: "new"; readonly token: string }
  /** A provider that keeps its tokens gives the same one until it expires. */
  | { readonly kind: "same" }
  /** It is tried again, later. */
  | { readonly kind: "failed"; readonly detail: string }
  /** The connection is gone. */
  | { readonly kind: "over" };

/** From one request to the next, in milliseconds: after a success, and after failures. */
const PAUSE = { shortest: 100, first: 1_000, cap: 60_000 };

/** The requests for new tokens of one open connection. */
export class TokenRequests {
  readonly #attempt: AttemptContext;
  readonly #clock: WorkerClock;
  readonly #limit: number;
  readonly #fetch: (context: AttemptContext) => Promise<string>;
  #phase: "resting" | "asking" = "resting";
  #notBefore = -Infinity;
  #failures = 0;
  #sent: string | undefined;

  /** Begins with the connection that an attempt led to. */
  constructor(
    attempt: AttemptContext,
    options: {
      readonly clock: WorkerClock;
      /** How long one request may take, in milliseconds. */
      readonly limit: number;
      /** The token that the connection was opened with. */
      readonly token: string | undefined;
      /** Asks for a new token. */
      readonly fetch: (context: AttemptContext) => Promise<string>;
    },
  ) {
    this.#attempt = attempt;
    this.#clock = options.clock;
    this.#limit = options.limit;
    this.#sent = options.token;
    this.#fetch = options.fetch;
  }

  /**
   * When to call {@linkcode run} next, as a monotonic instant.
   *
   * @param dueAt When the present token should be renewed.
   */
  nextAt(dueAt: number): number {
    if (this.#phase === "asking") return Infinity;
    return Math.max(dueAt, this.#notBefore);
  }

  /**
   * Asks for a new token, if it is time.
   *
   * @param dueAt When the present token should be renewed.
   * @returns What is to be done; `undefined` if it is not time. Never rejects.
   */
  run(dueAt: number): Promise<TokenOutcome> | undefined {
    const { signal } = this.#attempt;
    if (signal.aborted || this.#clock.now() < this.nextAt(dueAt)) {
      return undefined;
    }
    this.#phase = "asking";
    return this.#request().then(
      (token) => this.#settle(() => this.#onToken(token)),
      (error: unknown) => this.#settle(() => this.#onError(error)),
    );
  }

  /** A function that never answers must not end renewing for good. */
  #request(): Promise<string> {
    const request = new AttemptScope(this.#attempt.attempt);
    const { signal } = this.#attempt;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const onAbort = () => reject(signal.reason);
    const cancel = this.#clock.after(
      this.#limit,
      () => reject(new Error(`No answer within ${this.#limit} ms`)),
    );
    signal.addEventListener("abort", onAbort, { once: true });
    this.#fetch(request).then(resolve, reject);
    return promise.finally(() => {
      cancel();
      signal.removeEventListener("abort", onAbort);
      // A late answer is ignored.
      request.end();
    });
  }

  #settle(conclude: () => TokenOutcome): TokenOutcome {
    if (this.#attempt.signal.aborted) return { kind: "over" };
    this.#phase = "resting";
    return conclude();
  }

  #onToken(token: string): TokenOutcome {
    this.#failures = 0;
    const isNew = token !== this.#sent;
    const pause = isNew ? PAUSE.shortest : PAUSE.first;
    this.#notBefore = this.#clock.now() + pause;
    this.#sent = token;
    return isNew ? { kind: "new", token } : { kind: "same" };
  }

  #onError(error: unknown): TokenOutcome {
    const pause = Math.min(PAUSE.cap, PAUSE.first * 2 ** this.#failures);
    this.#failures += 1;
    this.#notBefore = this.#clock.now() + pause;
    return { kind: "failed", detail: describeError(error) };
  }
}
