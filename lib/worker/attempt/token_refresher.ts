/**
 * Refreshes the token of a connection that stays open: sends each new one that
 * `TokenRequests` gets.
 *
 * @module
 */

import type { TokenSetup } from "../../boundary/protocol.ts";
import { fillToken } from "../../identity/token.ts";
import type { WorkerClock } from "../../platform/clock.ts";
import type { AttemptContext } from "./hooks.ts";
import { type TokenOutcome, TokenRequests } from "./token_requests.ts";

/** What a refresher works with. */
export interface RefresherParts {
  readonly clock: WorkerClock;
  /** How long one request may take, in milliseconds. */
  readonly limit: number;
  /** The token that the connection was opened with. */
  readonly token: string | undefined;
  readonly setup: TokenSetup;
  /** Where tokens come from. */
  readonly source: {
    /** When the present one should be renewed, in milliseconds since the epoch. */
    readonly renewAt: number;
    token(context: AttemptContext): Promise<string>;
  };
  /** Sends a message ahead of everything that waits. */
  readonly send: (message: string) => void;
  /** Sends a token in the session, where that is its place. */
  readonly authenticate: (token: string) => void;
  /** Takes the reason why there is no new token now. */
  readonly report: (detail: string) => void;
  /** Called when {@linkcode TokenRefresher.nextAt} may be another instant. */
  readonly changed: () => void;
}

/** Keeps the token of one open connection fresh. */
export class TokenRefresher {
  readonly #parts: RefresherParts;
  readonly #requests: TokenRequests;

  /** Begins with the connection that an attempt led to. */
  constructor(attempt: AttemptContext, parts: RefresherParts) {
    this.#parts = parts;
    this.#requests = new TokenRequests(attempt, {
      clock: parts.clock,
      limit: parts.limit,
      token: parts.token,
      fetch: (context) => parts.source.token(context),
    });
  }

  /** When to call {@linkcode run} next, as a monotonic instant. */
  get nextAt(): number {
    return this.#requests.nextAt(this.#dueAt);
  }

  /** Asks for a new token, if it is time. */
  run(): void {
    this.#requests.run(this.#dueAt)?.then((outcome) => this.#settle(outcome));
  }

  get #dueAt(): number {
    const { clock, source } = this.#parts;
    // Whole milliseconds, or the timer would be set anew with each event.
    return Math.ceil(source.renewAt - clock.wallNow() + clock.now());
  }

  #settle(outcome: TokenOutcome): void {
    switch (outcome.kind) {
      case "new":
        this.#send(outcome.token);
        break;
      case "failed":
        this.#parts.report(outcome.detail);
        break;
      case "same":
        break;
      case "over":
        return;
    }
    this.#parts.changed();
  }

  #send(token: string): void {
    const { setup, send, authenticate } = this.#parts;
    const { placement, renewal = "" } = setup;
    if (placement.kind === "session") authenticate(token);
    else send(fillToken(renewal, token));
  }
}
