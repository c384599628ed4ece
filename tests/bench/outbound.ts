/**
 * Messages to the server, as fast as it takes them.
 *
 * @module
 */

import type { Scenario } from "./harness/scenario.ts";
import { type Client, opened } from "./harness/subjects.ts";
import { mainThreadCpu } from "./harness/usage.ts";

const WARM_UP = 30_000;
const COUNT = 150_000;
/** What is sent in one go, and what may wait when the next go begins. */
const BURST = 500;
const WAITING_BYTES = 1 << 20;
const MESSAGE = "x".repeat(100);

/** The outbound rate and what it costs the main thread. */
export const outbound: readonly Scenario[] = [
  {
    name: "outbound",
    rows: [
      {
        title: "outbound, 100 B text",
        figure: "rate",
        unit: "/s",
        compare: "ratio",
        reach: [">=", 1],
      },
      {
        title: "… main-thread CPU per message",
        figure: "cpu",
        unit: "µs",
        compare: "ratio",
      },
    ],
    repetitions: 5,
    otherRepetitions: 2,
    async measure(connect, { url }) {
      const client = connect(`${url}/count`);
      await opened(client);
      await send(client, WARM_UP);
      const started = { at: performance.now(), cpu: mainThreadCpu() };
      await send(client, COUNT);
      const seconds = (performance.now() - started.at) / 1000;
      const cpu = (mainThreadCpu() - started.cpu) * 1000 / COUNT;
      client.close();
      return { rate: COUNT / seconds, cpu };
    },
  },
];

/** Sends messages and waits until the server has counted them. */
async function send(client: Client, count: number): Promise<void> {
  const counted = new Promise<void>((resolve) => {
    client.onmessage = () => resolve();
  });
  client.send(`expect ${count}`);
  for (let sent = 0; sent < count; sent += BURST) {
    for (let index = 0; index < BURST; index += 1) client.send(MESSAGE);
    do await turn(); while (client.bufferedAmount > WAITING_BYTES);
  }
  await counted;
}

/** Lets everything else run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
