/**
 * A Redis that is killed, stopped, filled and replaced, and what of a session is
 * left in it.
 *
 * @module
 */

import { createClient } from "@redis/client";
import { delay } from "@std/async";
import { KeySpace } from "../../../../../lib/server/stores/redis/keys.ts";
import { RedisServer } from "../../../../server/stores/redis/redis_server.ts";
import { type Birth, type Kept, wallNow } from "../check/history.ts";
import type { Persistence } from "./faults.ts";

const OPTIONS: Readonly<Record<Persistence, readonly string[]>> = {
  always: ["--appendonly", "yes", "--appendfsync", "always"],
  everysec: ["--appendonly", "yes", "--appendfsync", "everysec"],
  none: [],
};
/** A busy machine may take long. */
const CONNECTING = {
  host: "127.0.0.1",
  connectTimeout: 30_000,
  reconnectStrategy: false,
} as const;
/** A replica is fed at once. */
const REPLICATING = ["--repl-diskless-sync-delay", "0"];
/** What may not have been written, or not been replicated, in milliseconds. */
const LAG = { everysec: 2_500, replica: 1_000 } as const;
const KEYS = new KeySpace("hf:");

/** The server and, where it may fail over, its replica. */
export class LabRedis implements AsyncDisposable {
  readonly #persistence: Persistence;
  #primary: RedisServer;
  #replica: RedisServer | undefined;
  /** The old primary becomes the replica meanwhile. */
  #rejoining: Promise<void> = Promise.resolve();
  #copiedAt: number | undefined;

  private constructor(persistence: Persistence, primary: RedisServer) {
    this.#persistence = persistence;
    this.#primary = primary;
  }

  /** Starts it. */
  static async start(persistence: Persistence): Promise<LabRedis> {
    const start = () =>
      RedisServer.start(...OPTIONS[persistence], ...REPLICATING);
    const redis = new LabRedis(persistence, await start());
    if (persistence === "everysec") {
      redis.#replica = await start();
      redis.#rejoin(redis.#follow());
    }
    return redis;
  }

  /** Where the primary listens on loopback. */
  get port(): number {
    return this.#primary.port;
  }

  /** Kills it, and starts another one on what it has left. */
  async kill(session: string | undefined): Promise<Birth> {
    const at = wallNow();
    await this.#primary.kill();
    await this.#primary.run();
    switch (this.#persistence) {
      case "always":
        return { kind: "killed" };
      case "everysec":
        return await this.#rolledBack(at - LAG.everysec, session);
      case "none":
        return this.#copiedAt === undefined
          ? { kind: "wiped" }
          : await this.#rolledBack(this.#copiedAt, session);
    }
  }

  /** Stops its process for a while. */
  async stop(milliseconds: number): Promise<void> {
    this.#primary.signal("SIGSTOP");
    await delay(milliseconds);
    this.#primary.signal("SIGCONT");
  }

  /** Copies its files. */
  async snapshot(): Promise<void> {
    this.#copiedAt = wallNow() -
      (this.#persistence === "everysec" ? LAG.everysec : 0);
    if (this.#persistence === "none") {
      await this.#ask(this.#primary, "SAVE");
      return;
    }
    await Deno.remove(this.#copy, { recursive: true }).catch(() => {});
    await copyFolder(`${this.#primary.folder}/appendonlydir`, this.#copy);
  }

  /** Kills it, and starts another one on the copy. */
  async rollBack(session: string | undefined): Promise<Birth> {
    const to = this.#copiedAt;
    if (to === undefined) return await this.kill(session);
    const { folder } = this.#primary;
    await this.#primary.kill();
    if (this.#persistence !== "none") {
      await Deno.remove(`${folder}/appendonlydir`, { recursive: true });
      await copyFolder(this.#copy, `${folder}/appendonlydir`);
    }
    await this.#primary.run();
    return await this.#rolledBack(to, session);
  }

  /** Makes the replica a primary that nobody writes to yet. */
  async promote(): Promise<void> {
    await this.#rejoining;
    if (this.#replica === undefined) return;
    await this.#inSync();
    await this.#ask(this.#replica, "REPLICAOF", "NO", "ONE");
  }

  /** From now on the promoted replica counts, and the old primary follows it. */
  async failOver(at: number, session: string | undefined): Promise<Birth> {
    const next = this.#replica;
    if (next === undefined) return { kind: "killed" };
    this.#replica = this.#primary;
    this.#primary = next;
    // Its files are those of the other one.
    this.#copiedAt = undefined;
    const birth = await this.#rolledBack(at - LAG.replica, session);
    this.#rejoin(this.#restartAsReplica());
    return birth;
  }

  /** Ends connections of clients. */
  async killClients(type: "normal" | "pubsub"): Promise<void> {
    const words = ["CLIENT", "KILL", "TYPE", type, "SKIPME", "yes"];
    await this.#ask(this.#primary, ...words);
  }

  /** Has room for so many bytes; 0 is no limit. */
  async limit(bytes: number): Promise<void> {
    await this.#ask(this.#primary, "CONFIG", "SET", "maxmemory", `${bytes}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rejoining.catch(() => {});
    await this.#primary[Symbol.asyncDispose]();
    await this.#replica?.[Symbol.asyncDispose]();
  }

  get #copy(): string {
    return `${this.#primary.folder}/copy`;
  }

  async #rolledBack(to: number, session: string | undefined): Promise<Birth> {
    const kept = session === undefined
      ? undefined
      : await this.#keptOf(session);
    return kept === undefined
      ? { kind: "rolled-back", to }
      : { kind: "rolled-back", to, kept };
  }

  /** What a session is in its store now. */
  async #keptOf(session: string): Promise<Kept | undefined> {
    const { record } = KEYS.of(session);
    const values = await this.#ask(
      this.#primary,
      "HMGET",
      record,
      "s",
      "i",
      "o",
    );
    const [state, accepted, last] = values as readonly (string | null)[];
    return state === "live"
      ? { session, accepted: Number(accepted ?? 0), last: Number(last ?? 0) }
      : undefined;
  }

  /** Who fails over next waits for it, and gets its error. */
  #rejoin(rejoining: Promise<void>): void {
    this.#rejoining = rejoining;
    rejoining.catch(() => {});
  }

  async #restartAsReplica(): Promise<void> {
    await this.#replica!.kill();
    await this.#replica!.run();
    await this.#follow();
  }

  async #follow(): Promise<void> {
    const words = ["REPLICAOF", "127.0.0.1", `${this.port}`];
    await this.#ask(this.#replica!, ...words);
    await this.#inSync();
  }

  /** Waits until the replica has what the primary has. */
  async #inSync(): Promise<void> {
    const replica = this.#replica!;
    for (let info = ""; !info.includes("master_link_status:up");) {
      info = `${await this.#ask(replica, "INFO", "replication")}`;
      if (!info.includes("master_link_status:up")) await delay(50);
    }
  }

  async #ask(
    { port }: RedisServer,
    ...words: readonly string[]
  ): Promise<unknown> {
    const client = createClient({
      socket: { ...CONNECTING, port },
    });
    client.on("error", () => {});
    await client.connect();
    try {
      return await client.sendCommand([...words]);
    } finally {
      client.destroy();
    }
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
