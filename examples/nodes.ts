/**
 * Loses no message while server nodes die: 50 clients send numbers through a
 * balancer to two nodes over one Redis, and each number is answered. Meanwhile
 * nodes are killed, stopped and continued, connections are cut, and Redis is
 * killed and started again on its append-only file.
 *
 * ```sh
 * deno run --allow-net --allow-read --allow-write --allow-run --allow-env examples/nodes.ts
 * ```
 *
 * It needs Debian's `redis-server`, or your own Redis 7 with `--redis URL`, which
 * is not restarted. Ctrl-C ends it early; all processes and files go with it. After
`kill -9` only its files stay, where there is `setpriv`, as in Linux.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- A demonstration prints.

import { deadline } from "@std/async";
import { parseArgs } from "@std/cli";
import { Balancer } from "./nodes/balancer.ts";
import { openClients } from "./nodes/clients.ts";
import { causeFaults, cutConnections } from "./nodes/faults.ts";
import { HandledLog } from "./nodes/handled_log.ts";
import { Interrupts } from "./nodes/interrupts.ts";
import { NodeProcess } from "./nodes/node_process.ts";
import { seeded } from "./nodes/random.ts";
import { RedisMissing, startRedis } from "./nodes/redis.ts";
import { Tally } from "./nodes/tally.ts";

const unknown: string[] = [];
const flags = parseArgs(Deno.args, {
  string: ["seconds", "clients", "redis", "seed"],
  boolean: ["help"],
  unknown: (argument) => void unknown.push(argument),
  default: { seconds: "30", clients: "50", seed: `${Date.now() % 100_000}` },
});
const [seconds, clients, seed] = [flags.seconds, flags.clients, flags.seed]
  .map(Number) as [number, number, number];
const isUsable = seconds > 0 && seconds <= 86_400 &&
  Number.isInteger(clients) && clients > 0 && clients <= 1_000 &&
  Number.isInteger(seed) && isRedisUrl(flags.redis ?? "redis://localhost") &&
  unknown.length === 0;
if (flags.help || !isUsable) {
  console.log(
    "Usage: examples/nodes.ts [--seconds 30] [--clients 50] [--redis URL] [--seed N]",
  );
  Deno.exit(flags.help ? 0 : 2);
}

/** How long the last answers may take, in milliseconds. */
const PATIENCE = 30_000;

try {
  using interrupts = new Interrupts();
  const tally = await run(interrupts);
  console.log(tally.summary());
  Deno.exitCode = tally.isPerfect ? 0 : 1;
} catch (error) {
  if (!(error instanceof RedisMissing)) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}

function isRedisUrl(text: string): boolean {
  return /^rediss?:/.test(text) && URL.canParse(text);
}

/** Returns when all that it has started is gone again. */
async function run(interrupts: Interrupts): Promise<Tally> {
  await using redis = await startRedis(flags.redis);
  await using log = await HandledLog.create();
  await using one = await NodeProcess.start("node 1", { redis, log });
  await using two = await NodeProcess.start("node 2", { redis, log });
  const nodes = [one, two];
  const random = seeded(seed);
  using balancer = new Balancer(nodes, random);
  const tally = new Tally([...nodes, redis]);
  using _reading = log.follow((line) => tally.read(line));
  using _showing = tally.show();
  await using all = await openClients(clients, balancer.url, tally);
  tally.note(`${clients} clients, seed ${seed}`);
  {
    using _sending = all.send();
    using _cutting = cutConnections(balancer, clients);
    const timeout = AbortSignal.timeout(seconds * 1_000);
    await causeFaults({
      ...{ redis, nodes, tally, random },
      over: AbortSignal.any([interrupts.first, timeout]),
      interrupted: interrupts.first,
    });
  }
  tally.note("the last answers are awaited");
  // What does not come in time counts as lost.
  await deadline(tally.settled(), PATIENCE, { signal: interrupts.second })
    .catch(() => {});
  if (interrupts.second.aborted) {
    tally.note("not awaited: what counts as lost could still have come");
  }
  return tally;
}
