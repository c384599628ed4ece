/**
 * Requests that wait for their answers.
 *
 * @module
 */

import { PLATFORM_CLOCK } from "../platform/clock.ts";
import { randomHex } from "../platform/random_hex.ts";
import { OutboxFullError } from "../client/errors/mod.ts";
import type { Frame } from "./format/codec.ts";
import type { MessageId } from "./format/envelope.ts";
import {
  InvalidReplyError,
  RequestLostError,
  UnexpectedReplyError,
} from "./format/errors.ts";
import type { Delivery, Resender } from "./resender.ts";
import type { Verdict } from "./format/schemas.ts";

/** How many ids of ended requests are kept, to recognise late answers. */
const REMEMBERED = 1_000;

/** How one request is made. */
export interface RequestSettings {
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
  readonly settings: RequestSettings;
  readonly delivery: Delivery;
  readonly resolve: (data: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** Stops the timer and the listening to the signal. */
  readonly release: () => void;
}

/** The requests of one socket. */
export class Requests {
  readonly #resender: Resender;
  readonly #max: number;
  readonly #pending = new Map<MessageId, Pending>();
  readonly #endedIds = new Set<MessageId>();

  /** Allows at most `max` requests at a time. */
  constructor(resender: Resender, max: number) {
    this.#resender = resender;
    this.#max = max;
  }

  /** Says whether an id belongs to a request that waits, or to one that has ended. */
  stateOf(id: MessageId): "pending" | "ended" | undefined {
    if (this.#pending.has(id)) return "pending";
    return this.#endedIds.has(id) ? "ended" : undefined;
  }

  /** Sends a request and waits for its answer. */
  make(
    id: MessageId,
    frame: Frame,
    settings: RequestSettings,
  ): Promise<unknown> {
    this.#check(id, settings);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const delivery: Delivery = {
      frame,
      repeat: settings.repeat,
      lost: (cause) => this.#end(id, (it) => it.reject(lost(settings, cause))),
    };
    const release = this.#watchLimits(id, settings);
    this.#pending.set(id, { settings, delivery, resolve, reject, release });
    this.#resender.add(delivery);
    return promise;
  }

  /** Settles the request that a message answers. */
  answer(id: MessageId, verdict: Verdict): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#resender.forget(pending.delivery);
    this.#end(id, (it) => settle(it, verdict));
  }

  #check(id: MessageId, { type, signal }: RequestSettings): void {
    signal?.throwIfAborted();
    const { end } = this.#resender;
    if (end) throw ended(type, end.cause);
    if (this.#pending.size >= this.#max) {
      throw new OutboxFullError(
        `Cannot make request "${type}": ${this.#max} requests wait for an answer (maxRequests)`,
        { retryable: true },
      );
    }
    if (this.stateOf(id) === undefined) return;
    throw new TypeError(
      `Cannot make request "${type}": id ${id} was used before`,
    );
  }

  #watchLimits(
    id: MessageId,
    { type, timeout, signal }: RequestSettings,
  ): () => void {
    const stop = (reason: unknown) =>
      this.#end(id, ({ reject, delivery }) => {
        this.#resender.withdraw(delivery);
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
    this.#endedIds.add(id);
    if (this.#endedIds.size <= REMEMBERED) return;
    for (const oldest of this.#endedIds) {
      this.#endedIds.delete(oldest);
      return;
    }
  }
}

function settle(
  { settings, resolve, reject }: Pending,
  verdict: Verdict,
): void {
  const { type, data } = verdict.message;
  if (type !== settings.reply) {
    reject(
      new UnexpectedReplyError(
        `Request "${settings.type}" was answered with "${type}", not with "${settings.reply}"`,
        { type, data },
      ),
    );
  } else if (verdict.kind === "invalid") {
    const { issues, cause } = verdict;
    const found = issues.map(({ message }) => message).join("; ");
    reject(
      new InvalidReplyError(
        `Request "${settings.type}" was answered with invalid data: ${found}`,
        { issues, cause },
      ),
    );
  } else resolve(data);
}

function lost({ type }: RequestSettings, cause: unknown): RequestLostError {
  return new RequestLostError(
    `Request "${type}" was not answered before the connection was lost, but the ` +
      "server may have handled it: make it again, or use resend, if that does no harm",
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

/** A counter makes ids unique, random digits make them hard to guess. */
export function idSource(): () => MessageId {
  let requests = 0;
  return () => `${(requests += 1).toString(36)}.${randomHex(12)}`;
}
