/**
 * Messages to the server, as fast as it takes them.
 *
 * @module
 */

import type { Figures, Row, Scenario } from "./harness/scenario.ts";
import { type Client, type Connect, opened } from "./harness/subjects.ts";
import { mainThreadCpu } from "./harness/usage.ts";

const WARM_UP = 30_000;
const COUNT = 150_000;
/** What is sent in one go, and what may wait when the next go begins. */
const BURST = 500;
const WAITING_BYTES = 1 << 20;
/** Above so many waiting bytes the paced sender pauses. */
const PACED_BYTES = 1 << 18;
const MESSAGE = "x".repeat(100);

/** Sends so many messages. */
type Sender = (client: Client, count: number) => Promise<void>;

/** The outbound rate and what it costs the main thread. */
export const outbound: readonly Scenario[] = [
  {
    name: "paced",
    rows: rows(
      "outbound, 100 B text, pausing above 256 KiB of bufferedAmount",
      "all",
    ),
    bare: true,
    repetitions: 5,
    otherRepetitions: 2,
    measure: (connect, { url }) => measure(connect, `${url}/count`, sendPaced),
  },
  {
    name: "outbound",
    shown: "all",
    bare: true,
    rows: rows("outbound, 100 B text, in bursts"),
    repetitions: 5,
    otherRepetitions: 2,
    measure: (connect, { url }) => measure(connect, `${url}/count`, sendBursts),
  },
];

function rows(title: string, cpu?: "all"): readonly Row[] {
  const rate = { title, figure: "rate", unit: "/s", compare: "ratio" } as const;
  return [
    { ...rate, reach: [">=", 1] },
    {
      title: "… main-thread CPU per message",
      figure: "cpu",
      unit: "µs",
      compare: "ratio",
      ...cpu && { shown: cpu },
    },
  ];
}

async function measure(
  connect: Connect,
  url: string,
  sender: Sender,
): Promise<Figures> {
  const client = connect(url);
  await opened(client);
  await send(client, WARM_UP, sender);
  const started = { at: performance.now(), cpu: mainThreadCpu() };
  await send(client, COUNT, sender);
  const seconds = (performance.now() - started.at) / 1000;
  const cpu = (mainThreadCpu() - started.cpu) * 1000 / COUNT;
  client.close();
  return { rate: COUNT / seconds, cpu };
}

/** Sends messages and waits until the server has counted them. */
async function send(
  client: Client,
  count: number,
  sender: Sender,
): Promise<void> {
  const counted = new Promise<void>((resolve) => {
    client.onmessage = () => resolve();
  });
  client.send(`expect ${count}`);
  await sender(client, count);
  await counted;
}

async function sendBursts(client: Client, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += BURST) {
    for (let index = 0; index < BURST; index += 1) client.send(MESSAGE);
    do await turn(); while (client.bufferedAmount > WAITING_BYTES);
  }
}

async function sendPaced(client: Client, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    client.send(MESSAGE);
    while (client.bufferedAmount > PACED_BYTES) await turn();
  }
}

/** Lets everything else run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
