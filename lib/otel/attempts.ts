/**
 * A span and a duration for each attempt, and a duration for each connection.
 *
 * @module
 */

import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Clock } from "../platform/clock.ts";
import type { SocketError } from "../client/errors/mod.ts";
import {
  closedError,
  errorDetails,
  errorMessage,
  errorType,
  unwrapError,
} from "./attributes.ts";
import type { Instruments } from "./instruments.ts";
import type { Attributes, Histogram, Span, Tracer } from "./telemetry.ts";

/** What spans and durations are recorded with. */
export interface AttemptsContext {
  readonly tracer: Tracer;
  readonly instruments: Pick<
    Instruments,
    "attemptDuration" | "connectionDuration"
  >;
  readonly clock: Pick<Clock, "now">;
  /** The present attributes of the socket, for each span and measurement. */
  readonly attributes: () => Attributes;
}

/** How an attempt or a connection was lost. */
export interface Loss {
  readonly closeCode: number;
  /** Why; a connection can be lost without an error. */
  readonly error: SocketError | undefined;
}

type Outcome = "open" | "failed" | "abandoned";

/** What an attempt adds at its end. */
interface EndAttributes {
  /** For the span and the duration. */
  readonly type?: Attributes;
  /** For the span only. */
  readonly details?: Attributes;
}

interface Attempt {
  readonly span: Span;
  /** The instant, in milliseconds. */
  readonly startedAt: number;
}

/** The attempts and connections of one socket. */
export class Attempts {
  readonly #context: AttemptsContext;
  #attempt: Attempt | undefined;
  /** When the connection opened whose end is still to come. */
  #openedAt: number | undefined;

  /** Starts without an attempt. */
  constructor(context: AttemptsContext) {
    this.#context = context;
  }

  /** An attempt begins; the one under way is abandoned. */
  begin(number: number): void {
    this.abandon();
    const { tracer, clock } = this.#context;
    const span = tracer.startSpan("websocket connect", {
      kind: SpanKind.CLIENT,
      // It belongs to the socket, not to the span that happens to be active.
      root: true,
      attributes: { "holdfast.attempt.number": number },
    });
    this.#attempt = { span, startedAt: clock.now() };
  }

  /** The attempt has led to a connection. */
  open(transport: string): void {
    this.#end("open", { details: { "holdfast.transport": transport } });
    this.#openedAt = this.#context.clock.now();
  }

  /** The connection is lost or, if there is none, the attempt has failed. */
  lose({ closeCode, error }: Loss): void {
    if (this.#openedAt !== undefined) this.#disconnect(this.#openedAt, error);
    else this.#fail(unwrapError(error ?? closedError(closeCode)));
  }

  /** The user closed the socket. */
  close(): void {
    this.abandon();
    if (this.#openedAt !== undefined) {
      this.#disconnect(this.#openedAt, undefined);
    }
  }

  /** The attempt is abandoned, if one is under way. */
  abandon(): void {
    this.#end("abandoned");
  }

  #fail(error: SocketError): void {
    const span = this.#attempt?.span;
    const message = errorMessage(error);
    // Without its stack, which shows only code of this package.
    span?.recordException({ name: error.name, message });
    span?.setStatus({ code: SpanStatusCode.ERROR, message });
    const type = errorType(error);
    this.#end("failed", { type, details: errorDetails(error) });
  }

  #disconnect(openedAt: number, error: SocketError | undefined): void {
    const { connectionDuration } = this.#context.instruments;
    this.#openedAt = undefined;
    this.#record(connectionDuration, {
      since: openedAt,
      type: error && errorType(unwrapError(error)),
    });
  }

  #end(outcome: Outcome, { type, details }: EndAttributes = {}): void {
    if (this.#attempt === undefined) return;
    const { span, startedAt } = this.#attempt;
    this.#attempt = undefined;
    span.setAttributes({
      // The server is known for certain only at the end.
      ...this.#context.attributes(),
      "holdfast.attempt.outcome": outcome,
      ...type,
      ...details,
    });
    span.end();
    // The duration of an abandoned attempt says nothing about the server.
    if (outcome === "abandoned") return;
    const { attemptDuration } = this.#context.instruments;
    this.#record(attemptDuration, { since: startedAt, type });
  }

  #record(
    histogram: Histogram,
    { since, type }: { since: number; type: Attributes | undefined },
  ): void {
    const { clock, attributes } = this.#context;
    const seconds = (clock.now() - since) / 1_000;
    histogram.record(seconds, { ...attributes(), ...type });
  }
}
