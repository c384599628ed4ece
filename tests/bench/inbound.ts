/**
 * Messages from the server, as fast as it can.
 *
 * @module
 */

import { measureFlood } from "./harness/flood.ts";
import type { Row, Scenario } from "./harness/scenario.ts";
import { opened } from "./harness/subjects.ts";

const FRAMES = { warmUp: 60_000, count: 240_000 };
const PACKED = { warmUp: 300_000, count: 1_500_000 };
const BINARY = { warmUp: 20_000, count: 100_000 };

/** Inbound rates and what they cost the main thread. */
export const inbound: readonly Scenario[] = [
  {
    name: "saturated",
    rows: rows("inbound, 100 B text, saturated", 1.2, 0.3),
    bare: true,
    repetitions: 5,
    otherRepetitions: 2,
    async measure(connect, { packed }) {
      const client = connect(`${packed}/text`);
      await opened(client);
      const figures = await measureFlood(client, PACKED);
      client.close();
      return figures;
    },
  },
  {
    name: "inbound",
    rows: rows("inbound, 100 B text, frame by frame", 1.4, 0.25),
    bare: true,
    repetitions: 5,
    otherRepetitions: 2,
    async measure(connect, { url }) {
      const client = connect(`${url}/text`);
      await opened(client);
      const figures = await measureFlood(client, FRAMES);
      client.close();
      return figures;
    },
  },
  {
    name: "binary",
    rows: rows("inbound, 10 KiB binary", 0.8, 0.5),
    bare: true,
    repetitions: 5,
    otherRepetitions: 2,
    async measure(connect, { url }) {
      const client = connect(`${url}/binary`);
      client.binaryType = "arraybuffer";
      await opened(client);
      const figures = await measureFlood(client, BINARY);
      client.close();
      return figures;
    },
  },
];

function rows(title: string, rate: number, cpu: number): readonly Row[] {
  return [
    {
      title,
      figure: "rate",
      unit: "/s",
      compare: "ratio",
      reach: [">=", rate],
    },
    {
      title: "… main-thread CPU per message",
      figure: "cpu",
      unit: "µs",
      compare: "ratio",
      reach: ["<=", cpu],
    },
    {
      title: "… CPU of all threads per message",
      shown: "all",
      figure: "all",
      unit: "µs",
      compare: "ratio",
    },
  ];
}
