/**
 * Adds to counters what has changed in the metrics of a socket.
 *
 * These are no observable counters: their values add up over all sockets with the
 * same attributes, outlive the socket, and are exported when a process ends.
 *
 * @module
 */

import type { Metrics } from "../client/socket/status.ts";
import type { Instruments } from "./instruments.ts";
import { UpDownSeries } from "./up_down_series.ts";
import type { Attributes, Counter } from "./telemetry.ts";

/** The direction of messages, as an attribute. */
export const DIRECTIONS = {
  outbound: { "network.io.direction": "transmit" },
  inbound: { "network.io.direction": "receive" },
} as const;

interface Total {
  readonly counter: Counter;
  readonly read: (metrics: Metrics) => number;
  readonly direction?: Attributes;
}

interface Gauge {
  readonly series: UpDownSeries;
  readonly read: (metrics: Metrics) => number;
}

/** Reports the `metrics()` of one socket. */
export class MetricsReporter {
  readonly #totals: readonly Total[];
  readonly #gauges: readonly Gauge[];
  /** The totals reported so far. */
  readonly #reported: number[];

  /**
   * Starts from the present metrics.
   *
   * @param instruments Where to report.
   * @param before The metrics at the start; they do not count.
   */
  constructor(instruments: Instruments, before: Metrics) {
    this.#totals = totalsOf(instruments);
    this.#gauges = gaugesOf(instruments);
    this.#reported = this.#totals.map(({ read }) => read(before));
  }

  /** Reports what has changed since the last time. */
  update(metrics: Metrics, attributes: Attributes): void {
    for (const [index, total] of this.#totals.entries()) {
      const { counter, read, direction } = total;
      const growth = read(metrics) - this.#reported[index]!;
      // A counter never goes down.
      if (growth <= 0) continue;
      counter.add(growth, { ...attributes, ...direction });
      this.#reported[index]! += growth;
    }
    for (const { series, read } of this.#gauges) {
      series.set(read(metrics), attributes);
    }
  }

  /** Takes this socket's queues out of the sums. */
  end(): void {
    for (const { series } of this.#gauges) series.clear();
  }
}

function totalsOf(instruments: Instruments): readonly Total[] {
  const { attempts, opens, disconnects, messages, size } = instruments;
  const { inbound, outbound } = DIRECTIONS;
  return [
    { counter: attempts, read: (metrics) => metrics.attempts },
    { counter: opens, read: (metrics) => metrics.opens },
    { counter: disconnects, read: (metrics) => metrics.disconnects },
    {
      counter: messages,
      read: ({ sent }) => sent.messages,
      direction: outbound,
    },
    { counter: size, read: ({ sent }) => sent.bytes, direction: outbound },
    {
      counter: messages,
      read: ({ received }) => received.messages,
      direction: inbound,
    },
    {
      counter: size,
      read: ({ received }) => received.bytes,
      direction: inbound,
    },
  ];
}

function gaugesOf(instruments: Instruments): readonly Gauge[] {
  const { outboxMessages, outboxSize, inboxMessages } = instruments;
  return [
    {
      series: new UpDownSeries(outboxMessages),
      read: ({ outbox }) => outbox.messages,
    },
    {
      series: new UpDownSeries(outboxSize),
      read: ({ outbox }) => outbox.bytes,
    },
    { series: new UpDownSeries(inboxMessages), read: ({ inbox }) => inbox },
  ];
}
