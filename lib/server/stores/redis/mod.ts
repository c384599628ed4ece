/**
 * # Sessions in Redis
 *
 * A store for `@holdfast/websocket/server`, for any number of server nodes: a
 * client may come back to any of them, and any of them may send to it. It needs
 * Redis 7 or newer, and clients of `npm:@redis/client` (or `npm:redis`) or
 * `npm:ioredis`, which stay the application's. `docs/redis.md` is for whoever
 * runs it.
 *
 * @example Sessions of many nodes, with `npm:@redis/client`
 * ```ts ignore
 * import { createClient } from "@redis/client";
 * import { SessionServer } from "@holdfast/websocket/server";
 * import { redisStore } from "@holdfast/websocket/server/redis";
 *
 * const client = await createClient({ url: "redis://localhost" }).connect();
 * const subscriber = await client.duplicate().connect();
 * const sessions = new SessionServer({
 *   store: redisStore({ client, subscriber, logger: console }),
 *   key: Deno.env.get("SESSION_KEY")!,
 *   authenticate: (_request, auth) => auth ?? new Response(null, { status: 401 }),
 *   handler: { message: (_session, { data, reply }) => reply(data) },
 * });
 * ```
 *
 * @module
 */

export type {
  IoRedisClient,
  NodeRedisClient,
  RedisArgument,
  RedisClient,
} from "./client.ts";
export type { RedisStatus } from "./script_runner.ts";
export {
  type RedisStore,
  redisStore,
  type RedisStoreLogger,
  type RedisStoreOptions,
} from "./store.ts";
export { SessionStoreError, type SessionStoreFailure } from "../store_error.ts";
export type { Clock } from "../../../platform/clock.ts";
export type {
  LostReason,
  WirePosition,
} from "../../../session/wire/handshake.ts";
export type { Payload } from "../../../session/wire/payload.ts";
export type {
  Era,
  Lineage,
  Positions,
} from "../../../session/flow/positions.ts";
export type * from "../../../session/store/store.ts";
