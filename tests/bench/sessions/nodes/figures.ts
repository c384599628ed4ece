/**
 * What sessions in Redis cost: latency, a gap, and memory.
 *
 * @module
 */

import { createClient } from "@redis/client";
import { RedisServer } from "../../../server/stores/redis/redis_server.ts";
import { median } from "../../harness/statistics.ts";
import {
  FiguresServer,
  measureGap,
  measureRoundTrip,
  openAndLeave,
} from "../figures.ts";

const ROUNDS = 5;
const IDLE = 10_000;

/** The table, with its head. */
export async function redisFigures(): Promise<
  readonly (readonly string[])[]
> {
  await using redis = await RedisServer.start();
  await using server = await FiguresServer.start(redis.port);
  const { port } = await server.call({ type: "report" });
  const idle = await measureIdle(redis, server, port);
  const trips: Trips = {
    ...{ plain: [], memory: [], redis: [] },
    ...{ "bare-1": [], "bare-2": [] },
  };
  const gaps: number[] = [];
  // Rounds take turns, so that what slows the machine down hits all alike.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of NAMES) {
      trips[name].push(await measureRoundTrip(name, port));
    }
    gaps.push(await measureGap("redis", server, port));
  }
  const bytes = `${idle.toFixed(0)} bytes`;
  return [
    ["what", "reach", "measured"],
    ...tripRows(trips),
    [
      "10,000 missed messages caught up",
      "≤ 400 ms",
      `${median(gaps).toFixed(0)} ms`,
    ],
    ["an idle session without a connection", "≤ 300 bytes", bytes],
  ];
}

const NAMES = ["plain", "memory", "redis", "bare-1", "bare-2"] as const;

type Name = typeof NAMES[number];
type Trips = Readonly<Record<Name, number[]>>;

function tripRows(trips: Trips): readonly (readonly string[])[] {
  const of = (name: Name) => median(trips[name]);
  const milliseconds = (time: number) => `${time.toFixed(2)} ms`;
  const more = (name: Name) => milliseconds(of(name) - of("plain"));
  return [
    ["round trip without a session, p50", "", milliseconds(of("plain"))],
    ["round trip, sessions in memory", "", milliseconds(of("memory"))],
    ["round trip, sessions in Redis", "", milliseconds(of("redis"))],
    ["added by Redis", "≤ 0.4 ms", more("redis")],
    ["added by memory", "", more("memory")],
    ["added by one bare script, without a session", "", more("bare-1")],
    ["added by two, one after the other", "", more("bare-2")],
  ];
}

/** Bytes of a session in Redis that nobody is connected to. */
async function measureIdle(
  redis: RedisServer,
  server: FiguresServer,
  port: number,
): Promise<number> {
  const before = await usedMemory(redis);
  for (let index = 0; index < IDLE; index += 50) {
    await Promise.all(
      Array.from(
        { length: 50 },
        (_, more) =>
          openAndLeave(`ws://127.0.0.1:${port}/redis/${index + more}`),
      ),
    );
  }
  await server.idle();
  return (await usedMemory(redis) - before) / IDLE;
}

/** What Redis uses, in bytes. */
export async function usedMemory({ port }: RedisServer): Promise<number> {
  return await fieldOf(port, "memory", "used_memory");
}

/** The processor time of Redis, in seconds. */
export async function usedCpu({ port }: RedisServer): Promise<number> {
  return await fieldOf(port, "cpu", "used_cpu_user") +
    await fieldOf(port, "cpu", "used_cpu_sys");
}

async function fieldOf(
  port: number,
  section: string,
  name: string,
): Promise<number> {
  const client = createClient({ socket: { host: "127.0.0.1", port } });
  await client.connect();
  const info = `${await client.sendCommand(["INFO", section])}`;
  client.destroy();
  return Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1]);
}
