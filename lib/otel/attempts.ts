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

/** What attempts are told with. */
export interface AttemptsContext {
  readonly tracer: Tracer;
  readonly instruments: Pick<
    Instruments,
    "attemptDuration" | "connectionDuration"
  >;
  readonly clock: Pick<Clock, "now">;
  /** What all that is told of the socket carries, as it is now. */
  readonly attributes: () => Attributes;
}

/** How an attempt or a connection was lost. */
export interface Loss {
  readonly closeCode: number;
  /** Why; a connection can be lost without an error. */
  readonly error: SocketError | undefined;
}

type Outcome = "open" | "failed" | "abandoned";

/** What is known of an attempt at its end. */
interface Findings {
  /** What its duration tells, too. */
  readonly type?: Attributes;
  /** What only its span tells. */
  readonly details?: Attributes;
}

interface Attempt {
  readonly span: Span;
  /** The instant, in milliseconds. */
  readonly began: number;
}

/** The attempts and connections of one socket. */
export class Attempts {
  readonly #context: AttemptsContext;
  #attempt: Attempt | undefined;
  /** When the connection opened whose end has not been told. */
  #opened: number | undefined;

  /** Begins without an attempt. */
  constructor(context: AttemptsContext) {
    this.#context = context;
  }

  /** An attempt begins; one that is under way is given up. */
  begin(number: number): void {
    this.abandon();
    const { tracer, clock } = this.#context;
    const span = tracer.startSpan("websocket connect", {
      kind: SpanKind.CLIENT,
      // It belongs to the socket, not to what happens to be going on.
      root: true,
      attributes: { "holdfast.attempt.number": number },
    });
    this.#attempt = { span, began: clock.now() };
  }

  /** It has led to a connection. */
  open(transport: string): void {
    this.#end("open", { details: { "holdfast.transport": transport } });
    this.#opened = this.#context.clock.now();
  }

  /** The connection is lost or, if there is none, the attempt has failed. */
  lose({ closeCode, error }: Loss): void {
    if (this.#opened !== undefined) this.#disconnect(this.#opened, error);
    else this.#fail(unwrapError(error ?? closedError(closeCode)));
  }

  /** The end was asked for. */
  close(): void {
    this.abandon();
    if (this.#opened !== undefined) this.#disconnect(this.#opened, undefined);
  }

  /** The attempt is given up, if one is under way. */
  abandon(): void {
    this.#end("abandoned");
  }

  #fail(error: SocketError): void {
    const span = this.#attempt?.span;
    const message = errorMessage(error);
    // Without its stack, which only says how this package made it.
    span?.recordException({ name: error.name, message });
    span?.setStatus({ code: SpanStatusCode.ERROR, message });
    const type = errorType(error);
    this.#end("failed", { type, details: errorDetails(error) });
  }

  #disconnect(opened: number, error: SocketError | undefined): void {
    const { connectionDuration } = this.#context.instruments;
    this.#opened = undefined;
    this.#record(connectionDuration, {
      since: opened,
      type: error && errorType(unwrapError(error)),
    });
  }

  #end(outcome: Outcome, { type, details }: Findings = {}): void {
    if (this.#attempt === undefined) return;
    const { span, began } = this.#attempt;
    this.#attempt = undefined;
    span.setAttributes({
      // Where to is known for certain at the end only.
      ...this.#context.attributes(),
      "holdfast.attempt.outcome": outcome,
      ...type,
      ...details,
    });
    span.end();
    // How long it took until it was given up tells nothing.
    if (outcome === "abandoned") return;
    const { attemptDuration } = this.#context.instruments;
    this.#record(attemptDuration, { since: began, type });
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
