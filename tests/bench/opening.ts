/**
 * From the constructor to `open`, with the module loaded.
 *
 * @module
 */

import type { Scenario } from "./harness/scenario.ts";
import { type Client, opened } from "./harness/subjects.ts";

/** How many open one after the other after the first. */
const LATER = 9;

/** Times to the first and to later opens. */
export const opening: readonly Scenario[] = [
  {
    name: "open",
    rows: [
      {
        title: "constructor to first open, in a fresh process",
        figure: "first",
        unit: "ms",
        compare: "difference",
        reach: ["<=", 30],
      },
      {
        title: "… second open",
        shown: "all",
        figure: "second",
        unit: "ms",
        compare: "difference",
        reach: ["<=", 2],
      },
      {
        title: "… third to tenth open, mean",
        shown: "all",
        figure: "later",
        unit: "ms",
        compare: "difference",
        reach: ["<=", 2],
      },
    ],
    bare: true,
    repetitions: 9,
    otherRepetitions: 3,
    async measure(connect, { url }) {
      const clients: Client[] = [];
      const times: number[] = [];
      for (let index = 0; index <= LATER; index += 1) {
        const started = performance.now();
        const client = connect(`${url}/echo`);
        clients.push(client);
        await opened(client);
        times.push(performance.now() - started);
      }
      for (const client of clients) client.close();
      const [first = NaN, second = NaN, ...others] = times;
      const later = others.reduce((a, b) => a + b) / others.length;
      return { first, second, later };
    },
  },
];
