/**
 * # OpenTelemetry for servers of sessions
 *
 * Metrics of a `SessionServer`, durations of its store's steps, and a span for
 * each message that is handled, through the
 * [API of OpenTelemetry](https://opentelemetry.io/docs/languages/js/). Without an
 * SDK nothing is reported.
 *
 * @example A server with all of it
 * ```ts
 * import { memoryStore, SessionServer } from "@holdfast/websocket/server";
 * import {
 *   instrumentHandler,
 *   instrumentSessions,
 *   instrumentStore,
 * } from "@holdfast/websocket/server/otel";
 *
 * await using sessions = new SessionServer({
 *   key: "at least 32 random bytes of your own",
 *   authenticate: (_request, auth) => auth ?? new Response(null, { status: 401 }),
 *   handler: instrumentHandler({ message: (_session, { data, reply }) => reply(data) }),
 *   store: instrumentStore(memoryStore()),
 * });
 * using _telemetry = instrumentSessions(sessions);
 * ```
 *
 * ## Metrics
 *
 * | name | unit | instrument | further attributes |
 * | --- | --- | --- | --- |
 * | `holdfast.session.connection.count` | `{connection}` | up-down counter | |
 * | `holdfast.session.count` | `{session}` | up-down counter | `holdfast.session.state` |
 * | `holdfast.session.events` | `{session}` | counter | `holdfast.session.event` |
 * | `holdfast.session.messages` | `{message}` | counter | `holdfast.session.outcome` |
 * | `holdfast.session.connection.closes` | `{connection}` | counter | `holdfast.close.code` |
 * | `holdfast.session.connection.terminations` | `{connection}` | counter | |
 * | `holdfast.session.store.failures` | `{failure}` | counter | |
 * | `holdfast.session.store.duration` | `s` | histogram | `holdfast.session.store.step`, `error.type` |
 * | `holdfast.session.handler.duration` | `s` | histogram | `error.type` |
 *
 * States are `attached` and `detached`. Events are `opened`, `resumed`, `lost`,
 * `ended`, `taken_over` from another node that had not let go, and `fenced` for a
 * connection that lost its session to another one. Outcomes are `accepted`,
 * `redelivered` and `failed` of a client's messages, `stored`, `replied`,
 * `rejected` and `dropped` of those to it.
 *
 * ## Spans
 *
 * `session message` is a consumer span and the root of its trace. It lasts as
 * long as the handler works on one message, and spans that the handler starts are
 * its children. It has `holdfast.session.message.redelivered`, and of a failure
 * its status and an `exception` event.
 *
 * Principals, ids of sessions, messages and tokens are never reported.
 *
 * @module
 */

import { context, metrics, type Span, trace } from "@opentelemetry/api";
import { PLATFORM_CLOCK } from "../../platform/clock.ts";
import { NAME, VERSION } from "../../platform/release.ts";
import type { Attributes, Tracer } from "../telemetry.ts";
import { type InstrumentedHandler, traceHandler } from "./handler.ts";
import {
  createHandlerDuration,
  createStoreDuration,
  type SessionMeter,
} from "./instruments.ts";
import { type InstrumentedSessions, observeSessions } from "./sessions.ts";
import { measureStore } from "./store.ts";

export type { SessionMetrics } from "../../server/api/metrics.ts";
export type { InstrumentedHandler } from "./handler.ts";
export type { InstrumentedSessions } from "./sessions.ts";
export type { CollectSessions, SessionMeter } from "./instruments.ts";
export type {
  Attributes,
  Histogram,
  InstrumentSettings,
  Span,
  SpanSettings,
  Tracer,
} from "../telemetry.ts";

/** The instrumentation scope is the package. */
const SCOPE = [NAME, VERSION] as const;

/** What a server is instrumented with. */
export interface SessionTelemetryOptions {
  /** Makes the metrics. @default {metrics.getMeter("@holdfast/websocket")} */
  readonly meter?: SessionMeter;
  /** Makes the spans. @default {trace.getTracer("@holdfast/websocket")} */
  readonly tracer?: Tracer;
  /** Additional attributes of all metrics and spans; no secrets. @default {{}} */
  readonly attributes?: Attributes;
}

/**
 * Reports the counters of a server before each export.
 *
 * @returns Dispose it to stop; the server goes on.
 */
export function instrumentSessions(
  sessions: InstrumentedSessions,
  options: SessionTelemetryOptions = {},
): Disposable {
  const { meter = metrics.getMeter(...SCOPE), attributes = {} } = options;
  return observeSessions(sessions, { meter, attributes });
}

/** Returns the same store, whose steps are measured. */
export function instrumentStore<Store extends object>(
  store: Store,
  options: SessionTelemetryOptions = {},
): Store {
  const { meter = metrics.getMeter(...SCOPE), attributes = {} } = options;
  const duration = createStoreDuration(meter);
  return measureStore(store, { duration, attributes, clock: PLATFORM_CLOCK });
}

/** Returns the same handler, with a span and a duration for each message. */
export function instrumentHandler<Handler extends InstrumentedHandler>(
  handler: Handler,
  options: SessionTelemetryOptions = {},
): Handler {
  const { meter = metrics.getMeter(...SCOPE), attributes = {} } = options;
  return traceHandler(handler, {
    tracer: options.tracer ?? trace.getTracer(...SCOPE),
    duration: createHandlerDuration(meter),
    attributes,
    clock: PLATFORM_CLOCK,
    // A tracer of one's own may make spans that the API does not know.
    within: (span, run) =>
      context.with(trace.setSpan(context.active(), span as Span), run),
  });
}
