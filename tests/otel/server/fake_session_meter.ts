/** A meter of a server's telemetry that keeps what is reported. */

import type {
  CollectSessions,
  SessionMeter,
} from "../../../lib/otel/server/instruments.ts";
import type { InstrumentSettings } from "../../../lib/otel/telemetry.ts";
import { FakeMeter } from "../fake_telemetry.ts";

/** A meter whose observable instruments can be read. */
export class FakeSessionMeter extends FakeMeter implements SessionMeter {
  readonly names = new Map<object, string>();

  createObservableCounter = (name: string, settings: InstrumentSettings) =>
    this.#observable(name, settings);
  createObservableUpDownCounter = this.createObservableCounter;

  /** What an export reads: values by instrument and attributes. */
  read(): Readonly<Record<string, number>> {
    const values: Record<string, number> = {};
    for (const callback of this.callbacks as ReadonlySet<CollectSessions>) {
      callback({
        observe: (instrument, value, attributes = {}) => {
          const series = [this.names.get(instrument)];
          values[[...series, ...Object.values(attributes)].join(" ")] = value;
        },
      });
    }
    return values;
  }

  #observable(name: string, settings: InstrumentSettings): object {
    const instrument = this.createObservableGauge(name, settings);
    this.names.set(instrument, name);
    return instrument;
  }
}
