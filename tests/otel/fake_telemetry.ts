/** A meter and a tracer that keep what is reported to them. */

import type {
  Attributes,
  Collect,
  Counter,
  Histogram,
  InstrumentSettings,
  Meter,
  Span,
  SpanSettings,
  Tracer,
} from "../../lib/otel/telemetry.ts";

/** A measurement: a value and its attributes. */
export type Point = readonly [value: number, attributes: Attributes];

/** A meter that adds up, and refuses what Deno's would refuse. */
export class FakeMeter implements Meter {
  /** The settings of each instrument. */
  readonly instruments = new Map<string, InstrumentSettings>();
  /** Called before an export. */
  readonly callbacks = new Set<Collect>();
  readonly #points = new Map<string, Point[]>();

  createCounter(name: string, settings: InstrumentSettings): Counter {
    const { add } = this.createUpDownCounter(name, settings);
    return {
      add: (value, attributes) => {
        if (value < 0) throw new RangeError("Counter can only be incremented");
        add(value, attributes);
      },
    };
  }

  createUpDownCounter(name: string, settings: InstrumentSettings): Counter {
    const { record } = this.createHistogram(name, settings);
    return { add: record };
  }

  createHistogram(name: string, settings: InstrumentSettings): Histogram {
    this.instruments.set(name, settings);
    const points: Point[] = this.#points.get(name) ?? [];
    this.#points.set(name, points);
    return {
      record: (value, attributes = {}) => {
        points.push([value, attributes]);
      },
    };
  }

  createObservableGauge(name: string, settings: InstrumentSettings): object {
    this.instruments.set(name, settings);
    return { name };
  }

  addBatchObservableCallback(callback: Collect): void {
    this.callbacks.add(callback);
  }

  removeBatchObservableCallback(callback: Collect): void {
    this.callbacks.delete(callback);
  }

  /** All measurements of an instrument. */
  points(name: string): readonly Point[] {
    const points = this.#points.get(name);
    if (points === undefined) throw new Error(`There is no ${name}`);
    return points;
  }

  /** The sums of an instrument by the values of their attributes, without zeros. */
  sums(name: string): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const [value, attributes] of this.points(name)) {
      const series = Object.values(attributes).join(" ");
      sums[series] = (sums[series] ?? 0) + value;
    }
    return Object.fromEntries(
      Object.entries(sums).filter(([, value]) => value !== 0),
    );
  }

  /** Reads the gauges, as an export does. */
  collect(): readonly Point[] {
    const gauges: Point[] = [];
    for (const callback of this.callbacks) {
      callback({
        observe: (_, value, attributes = {}) =>
          gauges.push([value, attributes]),
      });
    }
    return gauges;
  }
}

/** A span that keeps its attributes, errors and status. */
export class FakeSpan implements Span {
  readonly exceptions: { readonly name: string; readonly message: string }[] =
    [];
  attributes: Attributes;
  status: { readonly code: number; readonly message: string } | undefined;
  ends = 0;

  constructor(readonly name: string, readonly settings: SpanSettings) {
    this.attributes = settings.attributes;
  }

  setAttributes(attributes: Attributes): void {
    // Deno keeps both values of a name that is set twice.
    for (const name of Object.keys(attributes)) {
      if (name in this.attributes) throw new Error(`${name} is there`);
    }
    this.attributes = { ...this.attributes, ...attributes };
  }

  recordException({ name, message }: Error): void {
    this.exceptions.push({ name, message });
  }

  setStatus(status: { readonly code: number; readonly message: string }): void {
    this.status = status;
  }

  end(): void {
    this.ends += 1;
  }
}

/** A tracer that keeps its spans. */
export class FakeTracer implements Tracer {
  readonly spans: FakeSpan[] = [];

  startSpan(name: string, settings: SpanSettings): Span {
    const span = new FakeSpan(name, settings);
    this.spans.push(span);
    return span;
  }

  /** How each attempt ended, or that it is under way. */
  get outcomes(): readonly unknown[] {
    return this.spans.map(({ attributes, ends }) =>
      ends === 0 ? "under way" : attributes["holdfast.attempt.outcome"]
    );
  }
}
