/**
 * Many connections of one process.
 *
 * @module
 */

import type { Scenario } from "./harness/scenario.ts";
import { median } from "./harness/statistics.ts";
import { type Client, type Connect, opened } from "./harness/subjects.ts";
import { memory } from "./harness/usage.ts";

const SUBSCRIBERS = 500;
const BROADCASTS = 50;
/** At how many connections memory is measured. */
const FLEETS = [500, 1_000] as const;
/** How many connect at the same time. */
const AT_ONCE = 50;

/** A broadcast to many sockets, and what many sockets weigh. */
export const fleet: readonly Scenario[] = [
  {
    name: "broadcast",
    rows: [
      {
        title: `broadcast to ${SUBSCRIBERS} sockets, until the last has it`,
        figure: "last",
        unit: "ms",
        compare: "ratio",
        reach: ["<=", 1.3],
      },
    ],
    bare: true,
    repetitions: 5,
    otherRepetitions: 1,
    async measure(connect, { url }) {
      const clients = await gather(connect, `${url}/room`, SUBSCRIBERS);
      const times: number[] = [];
      // The first ones warm up.
      for (let index = 0; index < BROADCASTS * 2; index += 1) {
        times.push(await broadcast(clients));
      }
      for (const client of clients) client.close();
      return { last: median(times.slice(BROADCASTS)) };
    },
  },
  {
    name: "memory",
    rows: FLEETS.map((size) => ({
      title: `memory per connection at ${size}, all threads`,
      figure: `each${size}`,
      unit: "KiB",
      compare: "ratio",
      reach: ["<=", 1.2],
    })),
    bare: true,
    repetitions: 3,
    otherRepetitions: 1,
    async measure(connect, { url }) {
      const [first] = await gather(connect, `${url}/echo`, 1);
      const before = memory().now;
      const clients: Client[] = [];
      const figures: Record<string, number> = {};
      for (const size of FLEETS) {
        const more = size - clients.length;
        clients.push(...await gather(connect, `${url}/echo`, more));
        await Promise.all(clients.map(echo));
        figures[`each${size}`] = (memory().now - before) * 1024 / size;
      }
      for (const client of [first, ...clients]) client?.close();
      return figures;
    },
  },
];

async function gather(
  connect: Connect,
  url: string,
  count: number,
): Promise<readonly Client[]> {
  const clients: Client[] = [];
  while (clients.length < count) {
    const length = Math.min(AT_ONCE, count - clients.length);
    const some = Array.from({ length }, () => connect(url));
    await Promise.all(some.map(opened));
    clients.push(...some);
  }
  return clients;
}

/** What one of them says, the server tells all of them. */
async function broadcast(clients: readonly Client[]): Promise<number> {
  const heard = Promise.all(clients.map(next));
  const started = performance.now();
  clients[0]?.send("x".repeat(100));
  await heard;
  return performance.now() - started;
}

async function echo(client: Client): Promise<void> {
  const heard = next(client);
  client.send("x".repeat(100));
  await heard;
}

function next(client: Client): Promise<void> {
  return new Promise((resolve) => client.onmessage = () => resolve());
}
