/**
 * New tokens for a connection that stays open.
 *
 * @module
 */

import { describeError } from "./hooks.ts";

/** What a renewal stands on. Instants are monotonic milliseconds. */
export interface TokenRefresherOwner {
  /** When the present token should be renewed. */
  dueAt(): number;
  now(): number;
  /** Asks for a new token. */
  fetch(): Promise<string>;
  /** Sends it. */
  send(token: string): void;
  /** A renewal failed; it is tried again. */
  failed(detail: string): void;
  /** {@linkcode TokenRefresher.nextAt} has changed. */
  changed(): void;
}

/** From one request to the next, in milliseconds: after a success, and after failures. */
const PAUSE = { shortest: 100, first: 1_000, cap: 60_000 };

/** Renews the token of one open connection, one request at a time. */
export class TokenRefresher {
  readonly #owner: TokenRefresherOwner;
  readonly #signal: AbortSignal;
  #phase: "resting" | "asking" = "resting";
  #notBefore = -Infinity;
  #failures = 0;
  #sent: string | undefined;

  /** Makes a renewal that ends with `signal`. */
  constructor(owner: TokenRefresherOwner, signal: AbortSignal) {
    this.#owner = owner;
    this.#signal = signal;
  }

  /** When to call {@linkcode run} next. */
  get nextAt(): number {
    if (this.#phase === "asking") return Infinity;
    return Math.max(this.#owner.dueAt(), this.#notBefore);
  }

  /** Renews, if it is time. */
  run(): void {
    const now = this.#owner.now();
    if (this.#signal.aborted || now < this.nextAt) return;
    this.#phase = "asking";
    this.#owner.fetch().then(
      (token) => this.#settle(() => this.#onToken(token)),
      (error: unknown) => this.#settle(() => this.#onError(error)),
    );
  }

  #settle(tell: () => void): void {
    if (this.#signal.aborted) return;
    this.#phase = "resting";
    tell();
    this.#owner.changed();
  }

  #onToken(token: string): void {
    this.#failures = 0;
    // A provider that keeps its tokens gives the same one until it expires.
    const isNew = token !== this.#sent;
    this.#notBefore = this.#owner.now() +
      (isNew ? PAUSE.shortest : PAUSE.first);
    this.#sent = token;
    if (isNew) this.#owner.send(token);
  }

  #onError(error: unknown): void {
    const pause = Math.min(PAUSE.cap, PAUSE.first * 2 ** this.#failures);
    this.#failures += 1;
    this.#notBefore = this.#owner.now() + pause;
    this.#owner.failed(describeError(error));
  }
}
