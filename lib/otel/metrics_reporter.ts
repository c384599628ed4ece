/**
 * Brings counters up to what a socket says of itself.
 *
 * They are no observable ones: what they count adds up over all sockets with
 * the same attributes, outlives the socket, and is exported when a process ends.
 *
 * @module
 */

import type { Metrics } from "../client/socket/status.ts";
import type { Instruments } from "./instruments.ts";
import { UpDownSeries } from "./up_down_series.ts";
import type { Attributes, Counter } from "./telemetry.ts";

/** Which way messages go, as an attribute. */
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
  readonly level: UpDownSeries;
  readonly read: (metrics: Metrics) => number;
}

/** What is read from one socket's `metrics()`. */
export class MetricsReporter {
  readonly #totals: readonly Total[];
  readonly #gauges: readonly Gauge[];
  /** What the totals have been told to be. */
  readonly #reported: number[];

  /**
   * Begins.
   *
   * @param instruments What it is told to.
   * @param before What the socket did before, which does not count.
   */
  constructor(instruments: Instruments, before: Metrics) {
    this.#totals = totalsOf(instruments);
    this.#gauges = gaugesOf(instruments);
    this.#reported = this.#totals.map(({ read }) => read(before));
  }

  /** Tells what has changed since the last time. */
  update(metrics: Metrics, attributes: Attributes): void {
    for (const [index, total] of this.#totals.entries()) {
      const { counter, read, direction } = total;
      const growth = read(metrics) - this.#reported[index]!;
      // A counter never goes down.
      if (growth <= 0) continue;
      counter.add(growth, { ...attributes, ...direction });
      this.#reported[index]! += growth;
    }
    for (const { level, read } of this.#gauges) {
      level.set(read(metrics), attributes);
    }
  }

  /** Takes back what was told of queues. */
  end(): void {
    for (const { level } of this.#gauges) level.clear();
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
      level: new UpDownSeries(outboxMessages),
      read: ({ outbox }) => outbox.messages,
    },
    { level: new UpDownSeries(outboxSize), read: ({ outbox }) => outbox.bytes },
    { level: new UpDownSeries(inboxMessages), read: ({ inbox }) => inbox },
  ];
}
