/**
 * A span and a duration for each call of a handler for a message.
 *
 * @module
 */

import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Clock } from "../../platform/clock.ts";
import type { Attributes, Histogram, Span, Tracer } from "../telemetry.ts";

/** The part of a `SessionHandler` that is observed. */
export interface InstrumentedHandler {
  /** A message came. */
  message(session: never, message: never): void | Promise<void>;
}

/** What handlers are measured with. */
export interface HandlerTelemetry {
  readonly tracer: Tracer;
  readonly duration: Histogram;
  readonly attributes: Attributes;
  readonly clock: Pick<Clock, "now">;
  /** Runs a function whose spans become children of this one. */
  readonly within: <T>(span: Span, run: () => T) => T;
}

/** The same handler, whose calls for messages are measured and traced. */
export function traceHandler<Handler extends InstrumentedHandler>(
  handler: Handler,
  telemetry: HandlerTelemetry,
): Handler {
  const message = traced(
    (session, message) => handler.message(session, message),
    telemetry,
  );
  return new Proxy(handler, {
    get(target, name) {
      if (name === "message") return message;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

type Call = (session: never, message: never) => void | Promise<void>;

function traced(call: Call, telemetry: HandlerTelemetry): Call {
  return (session, message) => {
    const run = new TracedRun(message, telemetry);
    try {
      const result = telemetry.within(run.span, () => call(session, message));
      if (result === undefined) return run.end();
      return Promise.resolve(result).then(
        () => run.end(),
        (error) => run.fail(error),
      );
    } catch (error) {
      return run.fail(error);
    }
  };
}

/** One call for one message. */
class TracedRun {
  readonly span: Span;
  readonly #telemetry: HandlerTelemetry;
  readonly #startedAt: number;

  constructor(
    { redelivered }: { readonly redelivered: boolean },
    telemetry: HandlerTelemetry,
  ) {
    const { tracer, clock, attributes } = telemetry;
    this.#telemetry = telemetry;
    this.#startedAt = clock.now();
    this.span = tracer.startSpan("session message", {
      kind: SpanKind.CONSUMER,
      root: true,
      attributes: {
        ...attributes,
        "holdfast.session.message.redelivered": redelivered,
      },
    });
  }

  end(): void {
    this.#record({});
    this.span.end();
  }

  fail(error: unknown): never {
    const { name, message } = error instanceof Error
      ? error
      : new TypeError("No error was thrown");
    this.span.recordException({ name, message });
    this.span.setStatus({ code: SpanStatusCode.ERROR, message });
    this.#record({ "error.type": name });
    this.span.end();
    throw error;
  }

  #record(more: Attributes): void {
    const { clock, duration, attributes } = this.#telemetry;
    const seconds = (clock.now() - this.#startedAt) / 1_000;
    duration.record(seconds, { ...attributes, ...more });
  }
}
