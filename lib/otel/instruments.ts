/**
 * What is measured: names, units and buckets. They follow the semantic
 * conventions of OpenTelemetry where there are any.
 *
 * @module
 */

import type { Counter, Histogram, Meter } from "./telemetry.ts";

/** The instruments of one meter. */
export interface Instruments {
  readonly attempts: Counter;
  readonly opens: Counter;
  readonly disconnects: Counter;
  readonly messages: Counter;
  readonly size: Counter;
  readonly droppedMessages: Counter;
  readonly droppedSize: Counter;
  readonly connections: Counter;
  readonly outboxMessages: Counter;
  readonly outboxSize: Counter;
  readonly inboxMessages: Counter;
  readonly attemptDuration: Histogram;
  readonly connectionDuration: Histogram;
  readonly heartbeatDuration: Histogram;
  readonly longestHeartbeatGap: object;
}

/** In seconds, as for `http.client.request.duration`. */
const SHORT = [
  ...[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75],
  ...[1, 2.5, 5, 7.5, 10],
];

/** In seconds, as for `http.client.connection.duration`, and on to a day. */
const LONG = [
  ...[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
  ...[1_800, 7_200, 86_400],
];

/** Makes the instruments of a meter; a meter returns the same ones each time. */
export function createInstruments(meter: Meter): Instruments {
  return {
    ...createCounters(meter),
    ...createUpDownCounters(meter),
    ...createHistograms(meter),
    longestHeartbeatGap: meter.createObservableGauge(
      "holdfast.heartbeat.longest_gap",
      { unit: "s", description: "Longest time between two pings so far" },
    ),
  };
}

function createCounters(meter: Meter) {
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(`holdfast.${name}`, { unit, description });
  return {
    attempts: counter("connection.attempts", "{attempt}", "Attempts begun"),
    opens: counter(
      "connection.opens",
      "{connection}",
      "Connections that became ready",
    ),
    disconnects: counter(
      "connection.disconnects",
      "{disconnect}",
      "Connections lost and attempts failed, to be tried again",
    ),
    messages: counter(
      "transfer.messages",
      "{message}",
      "Messages that the transport took, or that arrived",
    ),
    size: counter("transfer.size", "By", "Size of these messages"),
    droppedMessages: counter(
      "drop.messages",
      "{message}",
      "Messages that left a queue unsent or unread",
    ),
    droppedSize: counter("drop.size", "By", "Size of these messages"),
  };
}

function createUpDownCounters(meter: Meter) {
  const counter = (name: string, unit: string, description: string) =>
    meter.createUpDownCounter(`holdfast.${name}`, { unit, description });
  return {
    connections: counter(
      "connection.count",
      "{connection}",
      "Sockets, by what they are doing",
    ),
    outboxMessages: counter(
      "outbox.message.count",
      "{message}",
      "Messages that wait to be sent",
    ),
    outboxSize: counter("outbox.size", "By", "Size of these messages"),
    inboxMessages: counter(
      "inbox.message.count",
      "{message}",
      "Messages that wait to be read",
    ),
  };
}

function createHistograms(meter: Meter) {
  const duration = (
    name: string,
    explicitBucketBoundaries: number[],
    description: string,
  ) =>
    meter.createHistogram(`holdfast.${name}.duration`, {
      unit: "s",
      description,
      advice: { explicitBucketBoundaries },
    });
  return {
    attemptDuration: duration(
      "attempt",
      SHORT,
      "From the begin of an attempt to open or to its failure",
    ),
    connectionDuration: duration(
      "connection",
      LONG,
      "From open to the end of the connection",
    ),
    heartbeatDuration: duration(
      "heartbeat",
      SHORT,
      "From a ping to its answer",
    ),
  };
}
