/**
 * One message there and back, one at a time.
 *
 * @module
 */

import type { Figures, Scenario } from "./harness/scenario.ts";
import { percentile } from "./harness/statistics.ts";
import { type Client, type Connect, opened } from "./harness/subjects.ts";
import { work } from "./harness/usage.ts";

const WARM_UP = 1_000;
const IDLE_COUNT = 3_000;
const BUSY_COUNT = 150;
/** So many milliseconds of work in every so many. */
const WORK = 5;
const PERIOD = 10;
const MESSAGE = "x".repeat(100);

/** Round trips, idle and with a busy main thread. */
export const roundTrip: readonly Scenario[] = [
  {
    name: "round trip",
    rows: [
      {
        title: "round trip, idle, p50",
        figure: "p50",
        unit: "µs",
        compare: "ratio",
        reach: ["<=", 2.6],
      },
      {
        title: "… p99",
        figure: "p99",
        unit: "µs",
        compare: "ratio",
        reach: ["<=", 4],
      },
    ],
    bare: true,
    repetitions: 5,
    otherRepetitions: 2,
    measure: (connect, { url }) => measure(connect, `${url}/echo`, IDLE_COUNT),
  },
  {
    name: "busy",
    shown: "all",
    rows: [
      {
        title: "round trip, main thread busy half of the time, p50",
        figure: "p50",
        unit: "µs",
        compare: "ratio",
      },
      { title: "… p99", figure: "p99", unit: "µs", compare: "ratio" },
    ],
    repetitions: 3,
    otherRepetitions: 1,
    async measure(connect, { url }) {
      const timer = setInterval(() => work(WORK), PERIOD);
      const figures = await measure(connect, `${url}/echo`, BUSY_COUNT);
      clearInterval(timer);
      return figures;
    },
  },
];

async function measure(
  connect: Connect,
  url: string,
  count: number,
): Promise<Figures> {
  const client = connect(url);
  await opened(client);
  await times(client, Math.min(WARM_UP, count));
  const measured = await times(client, count);
  client.close();
  return { p50: percentile(measured, 50), p99: percentile(measured, 99) };
}

/** Sends the next message when the last one is back; times in microseconds. */
function times(client: Client, count: number): Promise<readonly number[]> {
  return new Promise((resolve) => {
    const measured: number[] = [];
    let sentAt = performance.now();
    client.onmessage = () => {
      measured.push((performance.now() - sentAt) * 1000);
      if (measured.length === count) return resolve(measured);
      sentAt = performance.now();
      client.send(MESSAGE);
    };
    client.send(MESSAGE);
  });
}
