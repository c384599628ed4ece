/**
 * A store in Redis, with clients of either package that come back soon.
 *
 * @module
 */

import {
  type RedisClient,
  type RedisStore,
  redisStore,
} from "../../../../../lib/server/stores/redis/mod.ts";
import type { StorePlace } from "../server/service.ts";

/** How long Redis may take for an answer in the lab, in milliseconds. */
const STORE_TIMEOUT = 500;
/** Between two attempts to connect, in milliseconds. */
const RETRY_DELAY = 50;

/**
 * Opens it. Loads only the package that it needs: the other one would take up to
 * a third of a second, and seconds on a busy machine.
 *
 * @param timeout How long Redis may take for an answer, in milliseconds.
 */
export async function openRedisStore(
  { port, client }: Extract<StorePlace, { kind: "redis" }>,
  timeout = STORE_TIMEOUT,
): Promise<RedisStore> {
  const connect = client === "nodeRedis" ? connectNodeRedis : connectIoRedis;
  return redisStore({
    client: await connect(port),
    subscriber: await connect(port),
    timeout,
  });
}

async function connectNodeRedis(port: number): Promise<RedisClient> {
  const { createClient } = await import("@redis/client");
  const client = createClient({
    socket: { host: "127.0.0.1", port, reconnectStrategy: RETRY_DELAY },
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function connectIoRedis(port: number): Promise<RedisClient> {
  const { Redis } = await import("ioredis");
  const client = new Redis({
    ...{ host: "127.0.0.1", port },
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => RETRY_DELAY,
  });
  client.on("error", () => {});
  // `connect()` would reject if the first attempt fails.
  await new Promise<void>((resolve) => client.once("ready", resolve));
  return client;
}
