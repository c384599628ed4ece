/**
 * The part of OpenTelemetry's API that is used, so that any version of it fits.
 *
 * @module
 */

/**
 * The attributes of a measurement or a span, by name.
 *
 * @example Attributes that distinguish feeds
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
  /** Advice for the aggregation. */
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
  /** Adds a function that is called before each export. */
  addBatchObservableCallback(callback: Collect, instruments: object[]): void;
  /** Removes such a function. */
  removeBatchObservableCallback(callback: Collect, instruments: object[]): void;
}

/** An instrument that adds up. */
export interface Counter {
  /** Adds to the sum. */
  add(value: number, attributes?: Attributes): void;
}

/** An instrument that sorts values into buckets. */
export interface Histogram {
  /** Records a value, in the instrument's unit. */
  record(value: number, attributes?: Attributes): void;
}

/** A function that is called before each export. */
export type Collect = (result: {
  /** Reports the value of a gauge. */
  observe(instrument: object, value: number, attributes?: Attributes): void;
}) => void;

/** Makes spans: the API's `Tracer` is one. */
export interface Tracer {
  /** Starts a span now. */
  startSpan(name: string, settings: SpanSettings): Span;
}

/** The properties of a new span. */
export interface SpanSettings {
  /** The API's `SpanKind`. */
  readonly kind: number;
  /** Whether it has no parent. */
  readonly root: boolean;
  /** Its first attributes. */
  readonly attributes: Attributes;
}

/** An operation that takes time. */
export interface Span {
  /** Adds attributes. */
  setAttributes(attributes: Attributes): unknown;
  /** Adds an error. */
  recordException(error: {
    /** The class of the error. */
    readonly name: string;
    /** The message of the error. */
    readonly message: string;
  }): void;
  /** Says whether it failed. */
  setStatus(status: {
    /** The API's `SpanStatusCode`. */
    readonly code: number;
    /** Why it failed. */
    readonly message: string;
  }): unknown;
  /** Ends it now. */
  end(): void;
}
