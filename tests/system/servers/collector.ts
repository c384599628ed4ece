/**
 * An OpenTelemetry collector on loopback, which keeps what is exported to it as
 * JSON over HTTP (OTLP 1.x, `http/json`).
 *
 * @module
 */

/** A running collector. */
export interface Collector extends AsyncDisposable {
  /** What `OTEL_EXPORTER_OTLP_ENDPOINT` has to be. */
  readonly url: string;
  /** All that was exported, as text. */
  readonly text: string;
  /** The spans of an instrumentation scope. */
  spans(scope: string): readonly Span[];
  /** The metrics of an instrumentation scope, in the order of their exports. */
  metrics(scope: string): readonly Metric[];
  /** Called after each export. */
  onexport: () => void;
}

/** What attributes there are, by name. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span. */
export interface Span {
  readonly name: string;
  /** 3 is a client. */
  readonly kind: number;
  readonly parentSpanId: string;
  /** Nanoseconds since the epoch, in digits. */
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Attributes;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Attributes;
  }[];
  readonly version: string;
}

/** A metric as one export has it. */
export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly Point[];
}

/** One series of a metric. */
export interface Point {
  readonly attributes: Attributes;
  /** The value; of a histogram, the sum. */
  readonly value: number;
  /** Of a histogram. */
  readonly count?: number;
}

interface Scoped {
  readonly scope: { readonly name: string; readonly version: string };
  readonly spans?: readonly Json[];
  readonly metrics?: readonly Json[];
}

// deno-lint-ignore no-explicit-any -- Whatever is amiss fails the test that reads it.
type Json = any;

/** Starts a collector. */
export function startCollector(): Collector {
  const texts: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      texts.push(await request.text());
      collector.onexport();
      return Response.json({});
    },
  );
  const scoped = (resources: string, scopes: string, scope: string) =>
    texts.map((text) => JSON.parse(text))
      .flatMap((each): Json[] => each[resources] ?? [])
      .flatMap((each): Scoped[] => each[scopes])
      .filter((each) => each.scope.name === scope);
  const collector: Collector = {
    url: `http://127.0.0.1:${server.addr.port}`,
    get text() {
      return texts.join("\n");
    },
    spans: (scope) =>
      scoped("resourceSpans", "scopeSpans", scope).flatMap((
        { spans = [], scope: { version } },
      ) => spans.map((span) => ({ ...readSpan(span), version }))),
    metrics: (scope) =>
      scoped("resourceMetrics", "scopeMetrics", scope).flatMap((
        { metrics = [] },
      ) => metrics.map(readMetric)),
    onexport: () => {},
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return collector;
}

function readSpan(span: Json): Omit<Span, "version"> {
  return {
    ...span,
    attributes: readAttributes(span.attributes),
    events: span.events.map((event: Json) => ({
      name: event.name,
      attributes: readAttributes(event.attributes),
    })),
  };
}

function readMetric({ name, unit, sum, gauge, histogram }: Json): Metric {
  const { dataPoints } = sum ?? gauge ?? histogram;
  return { name, unit, points: dataPoints.map(readPoint) };
}

function readPoint({ attributes, asDouble, sum, count }: Json): Point {
  return {
    attributes: readAttributes(attributes),
    value: asDouble ?? sum,
    ...count !== undefined && { count: Number(count) },
  };
}

function readAttributes(attributes: readonly Json[]): Attributes {
  const names = attributes.map(({ key }) => key);
  if (new Set(names).size < names.length) {
    throw new Error(`An attribute is there twice: ${names}`);
  }
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
  );
}
