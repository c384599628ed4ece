/**
 * What is asked of OpenTelemetry: a part of its API, so that any version of it
 * will do.
 *
 * @module
 */

/**
 * What a measurement or a span says of itself, by name.
 *
 * @example Telling feeds apart
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { type Attributes, instrument } from "@holdfast/websocket/otel";
 *
 * const attributes: Attributes = { "app.feed": "prices", "app.shard": 7 };
 * await using socket = new ReconnectingWebSocket("ws://localhost", [], {
 *   autoConnect: false,
 * });
 * using _telemetry = instrument(socket, { attributes });
 * ```
 */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** What describes an instrument. */
export interface InstrumentSettings {
  /** The unit, as UCUM writes it. */
  readonly unit: string;
  /** What is measured. */
  readonly description: string;
  /** Advice to who aggregates it. */
  readonly advice?: {
    /** The bounds of a histogram's buckets, in its unit. */
    readonly explicitBucketBoundaries: number[];
  };
}

/** Makes instruments: the API's `Meter` is one. */
export interface Meter {
  /** Makes a counter that only goes up. */
  createCounter(name: string, settings: InstrumentSettings): Counter;
  /** Makes a counter that goes up and down. */
  createUpDownCounter(name: string, settings: InstrumentSettings): Counter;
  /** Makes a histogram. */
  createHistogram(name: string, settings: InstrumentSettings): Histogram;
  /** Makes a gauge that is read before an export. */
  createObservableGauge(name: string, settings: InstrumentSettings): object;
  /** Adds what is called before an export. */
  addBatchObservableCallback(callback: Collect, instruments: object[]): void;
  /** Removes it again. */
  removeBatchObservableCallback(callback: Collect, instruments: object[]): void;
}

/** An instrument that adds up. */
export interface Counter {
  /** Adds to the sum. */
  add(value: number, attributes?: Attributes): void;
}

/** An instrument that sorts values into buckets. */
export interface Histogram {
  /** Takes a value, in the instrument's unit. */
  record(value: number, attributes?: Attributes): void;
}

/** What is called before an export. */
export type Collect = (result: {
  /** Tells the value of a gauge. */
  observe(instrument: object, value: number, attributes?: Attributes): void;
}) => void;

/** Makes spans: the API's `Tracer` is one. */
export interface Tracer {
  /** Begins a span now. */
  startSpan(name: string, settings: SpanSettings): Span;
}

/** What a span begins with. */
export interface SpanSettings {
  /** The API's `SpanKind`. */
  readonly kind: number;
  /** Whether it has no parent. */
  readonly root: boolean;
  /** What it says of itself from the beginning. */
  readonly attributes: Attributes;
}

/** Something that takes time. */
export interface Span {
  /** Says more of it. */
  setAttributes(attributes: Attributes): unknown;
  /** Tells of an error. */
  recordException(error: {
    /** The class of the error. */
    readonly name: string;
    /** What it says. */
    readonly message: string;
  }): void;
  /** Tells how it went. */
  setStatus(status: {
    /** The API's `SpanStatusCode`. */
    readonly code: number;
    /** Why. */
    readonly message: string;
  }): unknown;
  /** Ends it now. */
  end(): void;
}
