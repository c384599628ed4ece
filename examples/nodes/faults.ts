/**
 * What happens to nodes, to Redis and to connections.
 *
 * @module
 */

import { delay } from "@std/async";
import type { Balancer } from "./balancer.ts";
import type { NodeProcess } from "./node_process.ts";
import { between, oneOf, type Random } from "./random.ts";
import type { Redis } from "./redis.ts";
import type { Tally } from "./tally.ts";

/** What faults are caused with. */
export interface Stage {
  readonly redis: Redis;
  readonly nodes: readonly NodeProcess[];
  readonly tally: Tally;
  readonly random: Random;
  /** When it is enough: each kind has come once then, too. */
  readonly over: AbortSignal;
  /** No more faults, and no more waiting. */
  readonly interrupted: AbortSignal;
}

type Fault = (stage: Stage) => Promise<void>;

/** How long each client keeps a connection on average, in milliseconds. */
const LIFE = 10_000;

/** Causes one fault after the other, each kind at least once. */
export async function causeFaults(stage: Stage): Promise<void> {
  const { redis, over, interrupted } = stage;
  const kinds: readonly Fault[] = redis.kill === undefined
    ? [killNode, stopNode]
    : [killNode, stopNode, killRedis];
  for (let count = 0; !over.aborted || count < kinds.length; count += 1) {
    await pause(500, 1_500, stage);
    if (interrupted.aborted) return;
    await kinds[count % kinds.length]!(stage);
  }
}

/** Cuts connections by chance, until it is disposed. */
export function cutConnections(
  balancer: Balancer,
  clients: number,
): Disposable {
  const timer = setInterval(() => balancer.cutOne(), LIFE / clients);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function killNode(stage: Stage): Promise<void> {
  const { nodes, tally, random } = stage;
  const node = oneOf(nodes, random);
  tally.note(`${node.name} killed`);
  tally.kills += 1;
  await node.kill();
  await pause(200, 1_000, stage);
  await node.restart();
  tally.note(`${node.name} started again`);
}

/** The zombie: other nodes take over its sessions, and it does not know. */
async function stopNode(stage: Stage): Promise<void> {
  const { nodes, tally, random } = stage;
  const node = oneOf(nodes, random);
  tally.note(`${node.name} stopped`);
  node.stop();
  await pause(2_500, 4_000, stage);
  node.continue();
  tally.note(`${node.name} continued`);
}

async function killRedis(stage: Stage): Promise<void> {
  const { redis, tally } = stage;
  tally.note("Redis killed");
  await redis.kill?.();
  await pause(100, 700, stage);
  await redis.run?.();
  tally.note("Redis started again on its append-only file");
}

/** Waits for a time by chance, in milliseconds. */
async function pause(
  low: number,
  high: number,
  { random, interrupted }: Pick<Stage, "random" | "interrupted">,
): Promise<void> {
  const time = between(low, high, random);
  await delay(time, { signal: interrupted }).catch(() => {});
}
