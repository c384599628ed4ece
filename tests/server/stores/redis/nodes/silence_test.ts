/**
 * Connections that are gone without a word, and subscriptions that are lost with
 * them, as `docs/redis.md` prepares for.
 */

import type { Socket } from "node:net";
import { assertEquals, assertRejects } from "@std/assert";
import { createClient } from "@redis/client";
import { Redis } from "ioredis";
import {
  type RedisClient,
  redisStore,
} from "../../../../../lib/server/stores/redis/mod.ts";
import { SessionStoreError } from "../../../../../lib/server/stores/store_error.ts";
import type {
  Lease,
  SessionStore,
} from "../../../../../lib/session/store/store.ts";
import { BOUNDS, INIT } from "../../../../session/store/records.ts";
import { requires } from "../../../../system/requirements.ts";
import { startTcpProxy } from "../../../../system/servers/tcp/tcp_proxy.ts";
import { until } from "../../../../system/waiting.ts";
import type { ClientKind } from "../places.ts";
import {
  destroy,
  disconnect,
  RECONNECT_DELAY,
  RedisClients,
  RedisServer,
} from "../redis_server.ts";

const NEEDED = requires("redis");
/** In milliseconds: what a busy machine needs for one answer, many times. */
const PATIENCE = 2_000;
/** In milliseconds: many times what both clients need to come back. */
const RECOVERY = 60_000;
const MANY = { ...BOUNDS, maxMessages: 10_000, maxBytes: 1_000_000 };

/** A client that gives up a connection which does not answer. */
async function connect(
  kind: ClientKind,
  port: number,
): Promise<RedisClient & AsyncDisposable> {
  if (kind === "nodeRedis") {
    const client = createClient({
      socket: {
        host: "127.0.0.1",
        port,
        reconnectStrategy: RECONNECT_DELAY,
        socketTimeout: PATIENCE,
      },
      pingInterval: PATIENCE / 4,
    });
    client.on("error", () => {});
    await client.connect();
    const end = () => destroy(client);
    return Object.assign(client, { [Symbol.asyncDispose]: end });
  }
  return await ioRedis(port, { socketTimeout: PATIENCE });
}

async function ioRedis(
  port: number,
  options: { readonly socketTimeout?: number } = {},
): Promise<Redis & AsyncDisposable> {
  const client = new Redis({
    ...{ host: "127.0.0.1", port, lazyConnect: true },
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => RECONNECT_DELAY,
    ...options,
  });
  client.on("error", () => {});
  await client.connect();
  const end = () => disconnect(client);
  return Object.assign(client, { [Symbol.asyncDispose]: end });
}

/** Both connections end, and nobody tells the clients. */
async function killSilently(port: number): Promise<void> {
  await using clients = new RedisClients(port);
  const client = await clients.nodeRedis();
  for (const type of ["normal", "pubsub"]) {
    await client.sendCommand(["CLIENT", "KILL", "TYPE", type, "SKIPME", "yes"]);
  }
}

async function untilHeard(
  store: SessionStore,
  { lease, heard }: { readonly lease: Lease; readonly heard: () => boolean },
): Promise<void> {
  await until(async () => {
    if (heard()) return true;
    await store.append("s", ["x"], MANY).catch(() => {});
    // A server does this every 10 s.
    await store.touch([lease], 60_000).catch(() => {});
    return false;
  }, RECOVERY);
}

async function hearsAgain(kind: ClientKind): Promise<void> {
  await using redis = await RedisServer.start();
  await using proxy = await startTcpProxy(redis.port);
  await using client = await connect(kind, proxy.port);
  await using subscriber = await connect(kind, proxy.port);
  await using store = redisStore({ client, subscriber, timeout: PATIENCE });
  let heard = 0;
  await store.listen("A", (notice) => {
    if (notice.type === "appended" && notice.messages.length > 0) heard++;
  });
  const lease = await store.open(INIT);
  await proxy.apply({ type: "hold-close" });
  await killSilently(redis.port);
  heard = 0;
  await untilHeard(store, { lease, heard: () => heard > 0 });
}

Deno.test(
  "redisStore() hears again after both connections went in silence",
  NEEDED,
  // Side by side: each of them only waits.
  async () => {
    await Promise.all([hearsAgain("nodeRedis"), hearsAgain("ioRedis")]);
  },
);

/** Ends a connection from within its own client. */
function cut(client: Redis): void {
  (client as unknown as { stream: Socket }).stream.destroy();
}

Deno.test(
  "redisStore() does not wait for a subscription whose answer was lost",
  NEEDED,
  async () => {
    await using redis = await RedisServer.start();
    await using client = await connect("nodeRedis", redis.port);
    await using subscriber = await ioRedis(redis.port);
    await using store = redisStore({ client, subscriber, timeout: PATIENCE });
    // ioredis forgets what was under way, and never settles it.
    const lost = store.listen("A", () => {});
    cut(subscriber);
    await assertRejects(() => lost, SessionStoreError, "lost");
    await using _heard = await store.listen("A", () => {});
  },
);

Deno.test(
  "redisStore() subscribes again where ioredis has forgotten its channels",
  NEEDED,
  async () => {
    await using redis = await RedisServer.start();
    await using client = await connect("nodeRedis", redis.port);
    await using subscriber = await ioRedis(redis.port);
    const warnings: string[] = [];
    await using store = redisStore({
      ...{ client, subscriber, timeout: PATIENCE },
      logger: { info() {}, warn: (text) => warnings.push(text) },
    });
    let heard = 0;
    await store.listen("A", (notice) => {
      if (notice.type === "appended" && notice.messages.length > 0) heard++;
    });
    const lease = await store.open(INIT);
    // The second time, its first subscription is not confirmed yet.
    subscriber.once("ready", () => cut(subscriber));
    const again = new Promise<void>((resolve) => {
      subscriber.once("ready", () => subscriber.once("ready", () => resolve()));
    });
    cut(subscriber);
    await again;
    heard = 0;
    await untilHeard(store, { lease, heard: () => heard > 0 });
    assertEquals(warnings.filter((text) => text.includes("hf:n:A")).length, 1);
  },
);
