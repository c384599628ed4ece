/**
 * What is measured of a server of sessions: names, units and buckets.
 *
 * @module
 */

import type { SessionMetrics } from "../../server/api/metrics.ts";
import type {
  Attributes,
  Histogram,
  InstrumentSettings,
} from "../telemetry.ts";

/** Makes instruments that are read before an export: the API's `Meter` is one. */
export interface SessionMeter {
  /** Makes a counter whose sum is read. */
  createObservableCounter(name: string, settings: InstrumentSettings): object;
  /** Makes an up-down counter whose value is read. */
  createObservableUpDownCounter(
    name: string,
    settings: InstrumentSettings,
  ): object;
  /** Makes a histogram. */
  createHistogram(name: string, settings: InstrumentSettings): Histogram;
  /** Adds a function that is called before each export. */
  addBatchObservableCallback(
    callback: CollectSessions,
    instruments: object[],
  ): void;
  /** Removes such a function. */
  removeBatchObservableCallback(
    callback: CollectSessions,
    instruments: object[],
  ): void;
}

/** A function that is called before each export. */
export type CollectSessions = (result: {
  /** Reports the value of an instrument. */
  observe(instrument: object, value: number, attributes?: Attributes): void;
}) => void;

/** The instruments of a server. */
export interface SessionInstruments {
  readonly connections: object;
  readonly known: object;
  readonly sessions: object;
  readonly messages: object;
  readonly closes: object;
  readonly terminations: object;
  readonly storeFailures: object;
}

type CounterName = keyof SessionMetrics;

/** What happens to sessions, and its name as an attribute. */
export const SESSION_EVENTS = [
  ["opened", "opened"],
  ["resumed", "resumed"],
  ["takenOver", "taken_over"],
  ["fenced", "fenced"],
  ["lost", "lost"],
  ["ended", "ended"],
] as const satisfies readonly (readonly [CounterName, string])[];

/** What becomes of messages. */
export const MESSAGE_OUTCOMES = [
  ...["accepted", "redelivered", "failed"] as const,
  ...["stored", "replied", "rejected", "dropped"] as const,
] as const satisfies readonly CounterName[];

/** In seconds; a step in memory takes microseconds. */
const STORE = [
  ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005],
  ...[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
];

/** In seconds, as for `messaging.process.duration`. */
const HANDLER = [
  ...[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75],
  ...[1, 2.5, 5, 7.5, 10],
];

/** Makes the instruments of a server. */
export function createSessionInstruments(
  meter: SessionMeter,
): SessionInstruments {
  const settings = (unit: string, description: string) => ({
    ...{ unit, description },
  });
  const upDown = (name: string, unit: string, text: string) =>
    meter.createObservableUpDownCounter(name, settings(unit, text));
  const counter = (name: string, unit: string, text: string) =>
    meter.createObservableCounter(name, settings(unit, text));
  const name = (last: string) => `holdfast.session.${last}`;
  return {
    connections: upDown(
      name("connection.count"),
      "{connection}",
      "Connections now",
    ),
    known: upDown(
      name("count"),
      "{session}",
      "Sessions that this node knows, by whether they have a connection",
    ),
    sessions: counter(name("events"), "{session}", "What happened to sessions"),
    messages: counter(
      name("messages"),
      "{message}",
      "What became of messages",
    ),
    closes: counter(
      name("connection.closes"),
      "{connection}",
      "Connections that the server closed",
    ),
    terminations: counter(
      name("connection.terminations"),
      "{connection}",
      "Connections dropped as the client was silent or took nothing",
    ),
    storeFailures: counter(
      name("store.failures"),
      "{failure}",
      "Steps that the store rejected",
    ),
  };
}

/** How long steps of a store take. */
export function createStoreDuration(
  meter: Pick<SessionMeter, "createHistogram">,
): Histogram {
  return meter.createHistogram("holdfast.session.store.duration", {
    unit: "s",
    description: "From a step of the store to its answer",
    advice: { explicitBucketBoundaries: STORE },
  });
}

/** How long handlers take. */
export function createHandlerDuration(
  meter: Pick<SessionMeter, "createHistogram">,
): Histogram {
  return meter.createHistogram("holdfast.session.handler.duration", {
    unit: "s",
    description: "From the call of the handler for a message to its end",
    advice: { explicitBucketBoundaries: HANDLER },
  });
}
