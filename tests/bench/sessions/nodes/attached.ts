/**
 * What many attached sessions cost two nodes and their Redis.
 *
 * @module
 */

import { RedisServer } from "../../../server/stores/redis/redis_server.ts";
import { Remote } from "../../../system/servers/remote/remote.ts";
import { openProcess } from "../../../system/servers/remote/remote_process.ts";
import { usedCpu, usedMemory } from "./figures.ts";

/** A command to a node. */
export type AttachedCommand =
  | { readonly type: "report" }
  /** Sends a message of 100 bytes to each. */
  | { readonly type: "tell"; readonly sessions: readonly string[] };

/** What a node tells. */
export interface AttachedReport {
  readonly port: number;
  readonly connections: number;
  /** In bytes, after a collection. */
  readonly resident: number;
  /** Processor time, in microseconds. */
  readonly cpu: number;
}

/** A command to the clients. */
export type ClientsCommand =
  | { readonly type: "report" }
  | {
    readonly type: "connect";
    readonly ports: readonly number[];
    readonly count: number;
  };

/** What they tell. */
export interface ClientsReport {
  /** All sessions, after they have connected. */
  readonly sessions: readonly string[];
  /** How many messages came. */
  readonly received: number;
}

type Node = Remote<AttachedCommand, AttachedReport>;
type Clients = Remote<ClientsCommand, ClientsReport>;

const SESSIONS = 10_000;
/** The first one warms up. */
const ROUNDS = 10;

/** The table, with its head. */
export async function attachedFigures(): Promise<
  readonly (readonly string[])[]
> {
  await using redis = await RedisServer.start();
  await using one: Node = openNode(redis.port);
  await using two: Node = openNode(redis.port);
  await using clients: Clients = open("attached_clients.ts", []);
  const nodes = [one, two];
  const before = await look(redis, nodes);
  const ports = before.reports.map(({ port }) => port);
  const { sessions } = await clients.call(
    { type: "connect", ports, count: SESSIONS },
  );
  const attached = await look(redis, nodes);
  const count = attached.reports
    .reduce((sum, { connections }) => sum + connections, 0);
  await tell(1, { one, clients, sessions });
  const warm = await look(redis, nodes);
  await tell(ROUNDS, { one, clients, sessions });
  const after = await look(redis, nodes);
  const messages = sessions.length * (ROUNDS - 1);
  const each = (bytes: number) => `${Math.round(bytes / count)} bytes`;
  const spent = (time: number) => `${(time / messages).toFixed(1)} µs`;
  return [
    ["what", `${count} sessions on two nodes`],
    [
      "memory of a node for each of its sessions",
      each(attached.resident - before.resident),
    ],
    ["memory of Redis for each", each(attached.memory - before.memory)],
    [
      "CPU of both nodes per message of 100 bytes sent",
      spent(after.nodeCpu - warm.nodeCpu),
    ],
    ["CPU of Redis for it", spent(after.redisCpu - warm.redisCpu)],
    [
      "messages sent per second",
      Math.round(messages * 1_000 / (after.at - warm.at)).toLocaleString("en"),
    ],
  ];
}

/** One node sends to all sessions, half of which are on the other one. */
async function tell(
  rounds: number,
  { one, clients, sessions }: {
    readonly one: Node;
    readonly clients: Clients;
    readonly sessions: readonly string[];
  },
): Promise<void> {
  const first = rounds === 1 ? 0 : 1;
  for (let round = first; round < rounds; round += 1) {
    await one.call({ type: "tell", sessions });
    const wanted = sessions.length * (round + 1);
    await clients.until({ type: "report" }, (it) => it.received >= wanted);
  }
}

async function look(redis: RedisServer, nodes: readonly Node[]) {
  const at = performance.now();
  const reports = await Promise.all(
    nodes.map((node) => node.call({ type: "report" })),
  );
  const sum = (of: (report: AttachedReport) => number) =>
    reports.reduce((all, report) => all + of(report), 0);
  return {
    at,
    reports,
    resident: sum(({ resident }) => resident),
    nodeCpu: sum(({ cpu }) => cpu),
    memory: await usedMemory(redis),
    redisCpu: await usedCpu(redis) * 1_000_000,
  };
}

function openNode(port: number): Node {
  return open("attached_node.ts", [`${port}`]);
}

function open<Command extends { readonly type: string }, Report>(
  script: string,
  args: readonly string[],
): Remote<Command, Report> {
  const url = new URL(`./${script}`, import.meta.url).href;
  const command = [
    ...[Deno.execPath(), "run", "--quiet", "--allow-all"],
    ...["--v8-flags=--expose-gc", url, ...args],
  ];
  return new Remote((receiver) => openProcess(command, receiver));
}
