/** Redis stores of the tests, each with a server and clients of its own. */

import {
  type RedisStore,
  redisStore,
  type RedisStoreOptions,
} from "../../../../lib/server/stores/redis/mod.ts";
import { until } from "../../../system/waiting.ts";
import { RedisClients, RedisServer } from "./redis_server.ts";

/** How long a busy machine may take to be ready, in milliseconds. */
const PATIENCE = 20_000;
/**
 * How long a store waits for an answer, in milliseconds: less than tests wait for
 * what follows from its errors.
 */
const TIMEOUT = 10_000;

/** Which package a client is of. */
export type ClientKind = "nodeRedis" | "ioRedis";

/** A server, and what is connected to it. */
export class RedisPlace implements AsyncDisposable {
  readonly server: RedisServer;
  readonly clients: RedisClients;
  readonly #kind: ClientKind;
  readonly #stack = new AsyncDisposableStack();
  #ping = () => Promise.resolve<unknown>(undefined);

  private constructor(server: RedisServer, kind: ClientKind) {
    this.server = server;
    this.clients = new RedisClients(server.port);
    this.#kind = kind;
    this.#stack.use(server);
    this.#stack.use(this.clients);
  }

  /** Starts a server. */
  static async start(
    kind: ClientKind = "nodeRedis",
    ...options: readonly string[]
  ): Promise<RedisPlace> {
    return new RedisPlace(await RedisServer.start(...options), kind);
  }

  /** A store that knows its generation. */
  async open(
    options: Partial<RedisStoreOptions> = {},
    kind: ClientKind = this.#kind,
  ): Promise<RedisStore> {
    const client = await this.clients[kind]();
    const subscriber = await this.clients[kind]();
    const timeout = TIMEOUT;
    const store = redisStore({ client, subscriber, timeout, ...options });
    this.#ping = () => subscriber.ping("now");
    // A machine that does much else may answer too late at first.
    await until(() => isReady(store), 3 * PATIENCE);
    return this.#stack.use(store);
  }

  /** Makes it a replica, and resolves when it has what its primary has. */
  async follow(primary: RedisPlace): Promise<void> {
    const client = await this.clients.nodeRedis();
    const { port } = primary.server;
    await client.sendCommand(["REPLICAOF", "127.0.0.1", `${port}`]);
    // Redis reports it to nobody.
    await until(async () => {
      const info = await client.info("replication");
      return `${info}`.includes("master_link_status:up");
    }, PATIENCE);
  }

  /** Resolves when the newest store has heard all that was published before. */
  async settled(): Promise<void> {
    await this.#ping();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Ends the stores, then the clients, then the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** A step of the store asks Redis, and so learns the generation. */
async function isReady(store: RedisStore): Promise<boolean> {
  if (store.status !== "ready") await store.due(1).catch(() => {});
  return store.status === "ready";
}

/** A store whose end is the end of its place too. */
export function withPlace(store: RedisStore, place: RedisPlace): RedisStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === Symbol.asyncDispose) {
        return async () => {
          await target[Symbol.asyncDispose]();
          await place[Symbol.asyncDispose]();
        };
      }
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
