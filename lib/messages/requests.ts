/**
 * Requests that wait for their answers.
 *
 * @module
 */

import { PLATFORM_CLOCK } from "../platform/clock.ts";
import { OutboxFullError } from "../client/errors/mod.ts";
import type { Frame } from "./codec.ts";
import type { MessageId } from "./envelope.ts";
import {
  InvalidReplyError,
  RequestLostError,
  UnexpectedReplyError,
} from "./errors.ts";
import type { Delivery, Resender } from "./resender.ts";
import type { Verdict } from "./schemas.ts";

/** How many ids of requests that have ended are remembered. */
const REMEMBERED = 1_000;

/** How one request is made. */
export interface RequestTerms {
  readonly type: string;
  /** The type of the answer. */
  readonly reply: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /** What happens when the connection is lost before the answer is there. */
  readonly repeat: Delivery["repeat"];
}

interface Pending {
  readonly terms: RequestTerms;
  readonly posting: Delivery;
  readonly resolve: (data: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** Stops the timer and the listening to the signal. */
  readonly release: () => void;
}

/** The requests of one socket. */
export class Requests {
  readonly #outlet: Resender;
  readonly #max: number;
  readonly #pending = new Map<MessageId, Pending>();
  readonly #answeredOrGone = new Set<MessageId>();

  /** Makes a register without requests, of at most `max` at a time. */
  constructor(outlet: Resender, max: number) {
    this.#outlet = outlet;
    this.#max = max;
  }

  /** Tells whether an id is that of a request: one that waits, or one that has ended. */
  stateOf(id: MessageId): "pending" | "ended" | undefined {
    if (this.#pending.has(id)) return "pending";
    return this.#answeredOrGone.has(id) ? "ended" : undefined;
  }

  /** Sends a request and waits for its answer. */
  make(id: MessageId, frame: Frame, terms: RequestTerms): Promise<unknown> {
    this.#check(id, terms);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const posting: Delivery = {
      frame,
      repeat: terms.repeat,
      lost: (cause) => this.#end(id, (it) => it.reject(lost(terms, cause))),
    };
    const release = this.#limit(id, terms);
    this.#pending.set(id, { terms, posting, resolve, reject, release });
    this.#outlet.add(posting);
    return promise;
  }

  /** Settles the request that a message answers. */
  answer(id: MessageId, verdict: Verdict): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#outlet.forget(pending.posting);
    this.#end(id, (it) => settle(it, verdict));
  }

  #check(id: MessageId, { type, signal }: RequestTerms): void {
    signal?.throwIfAborted();
    const { end } = this.#outlet;
    if (end) throw ended(type, end.cause);
    if (this.#pending.size >= this.#max) {
      throw new OutboxFullError(
        `Cannot make request "${type}": ${this.#max} others wait for answers (maxRequests)`,
        { retryable: true },
      );
    }
    if (this.stateOf(id) === undefined) return;
    throw new TypeError(
      `Cannot make request "${type}": id ${id} was used before`,
    );
  }

  #limit(id: MessageId, { type, timeout, signal }: RequestTerms): () => void {
    const stop = (reason: unknown) =>
      this.#end(id, ({ reject, posting }) => {
        this.#outlet.withdraw(posting);
        reject(reason);
      });
    const abort = () => stop(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const cancel = timeout === Infinity
      ? undefined
      : PLATFORM_CLOCK.after(timeout, () => stop(timedOut(type, timeout)));
    return () => {
      cancel?.();
      signal?.removeEventListener("abort", abort);
    };
  }

  #end(id: MessageId, settle: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    this.#remember(id);
    pending.release();
    settle(pending);
  }

  /** A Set keeps the order of insertion (ECMA-262, 24.2). */
  #remember(id: MessageId): void {
    this.#answeredOrGone.add(id);
    if (this.#answeredOrGone.size <= REMEMBERED) return;
    for (const oldest of this.#answeredOrGone) {
      this.#answeredOrGone.delete(oldest);
      return;
    }
  }
}

function settle({ terms, resolve, reject }: Pending, verdict: Verdict): void {
  const { type, data } = verdict.message;
  if (type !== terms.reply) {
    reject(
      new UnexpectedReplyError(
        `Request "${terms.type}" was answered with "${type}", not with "${terms.reply}"`,
        { type, data },
      ),
    );
  } else if (verdict.kind === "invalid") {
    const { issues, cause } = verdict;
    const found = issues.map(({ message }) => message).join("; ");
    reject(
      new InvalidReplyError(
        `Request "${terms.type}" was answered with invalid data: ${found}`,
        { issues, cause },
      ),
    );
  } else resolve(data);
}

function lost({ type }: RequestTerms, cause: unknown): RequestLostError {
  return new RequestLostError(
    `Request "${type}" was not answered before the connection was lost: the server ` +
      "may have handled it; make it again, or use resend, if that does no harm",
    { type, retryable: true, cause },
  );
}

function ended(type: string, cause: unknown): RequestLostError {
  return new RequestLostError(
    `Cannot make request "${type}": the socket or the dispatcher has ended`,
    { type, retryable: false, cause },
  );
}

function timedOut(type: string, timeout: number): DOMException {
  return new DOMException(
    `Request "${type}" was not answered within ${timeout} ms`,
    "TimeoutError",
  );
}
