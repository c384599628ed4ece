/**
 * A Redis of our own, which is killed and started again on its append-only file,
 * or that of the user, where only our keys are touched.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- A demonstration prints.

import { createClient } from "@redis/client";
import { type Child, NOT_FOUND, spawn } from "./child.ts";

/** Where sessions live. */
export interface Redis extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** What the names of all keys begin with. */
  readonly prefix: string;
  readonly status: "up" | "killed";
  /** Kills it, as a crash would; only one of our own. */
  readonly kill?: () => Promise<void>;
  /** Starts it again on what it has written. */
  readonly run?: () => Promise<void>;
}

/** There is no Redis; the message says what to do. */
export class RedisMissing extends Error {
  override readonly name = "RedisMissing";
}

/**
 * Starts a Redis, or takes the one of a URL.
 *
 * @throws {RedisMissing} It is not installed, or does not answer.
 */
export function startRedis(url: string | undefined): Promise<Redis> {
  return url === undefined ? OwnRedis.start() : SharedRedis.connect(url);
}

class OwnRedis implements Redis {
  readonly name = "Redis";
  readonly prefix = "hf:";
  readonly #folder: string;
  readonly #port = freePort();
  #process: Child | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<OwnRedis> {
    const folder = await Deno.makeTempDir({ prefix: "holdfast-redis-" });
    const redis = new OwnRedis(folder);
    try {
      await redis.run();
      return redis;
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  get status(): "up" | "killed" {
    return this.#process === undefined ? "killed" : "up";
  }

  readonly run = async (): Promise<void> => {
    const process = spawnRedis([
      ...["--port", `${this.#port}`, "--bind", "127.0.0.1", "--save", ""],
      ...["--dir", this.#folder, "--daemonize", "no"],
      // What it has answered is on the disk.
      ...["--appendonly", "yes", "--appendfsync", "always"],
    ]);
    await ready(process);
    this.#process = process;
  };

  readonly kill = async (): Promise<void> => {
    const process = this.#process;
    this.#process = undefined;
    process?.kill("SIGKILL");
    await process?.status;
    await process?.stdin.abort().catch(() => {});
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

class SharedRedis implements Redis {
  readonly name = "Redis";
  readonly status = "up";
  readonly url: string;
  readonly prefix = `holdfast-nodes-${crypto.randomUUID()}:`;

  private constructor(url: string) {
    this.url = url;
  }

  static async connect(url: string): Promise<SharedRedis> {
    try {
      using _connection = await connect(url);
      return new SharedRedis(url);
    } catch (error) {
      throw new RedisMissing(
        `Cannot use the Redis of --redis: ${reasonOf(error)}`,
      );
    }
  }

  /** Removes our keys. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#clean();
    } catch (error) {
      console.error(
        `Keys that begin with ${this.prefix} may be left in the Redis of --redis: ${
          reasonOf(error)
        }`,
      );
    }
  }

  async #clean(): Promise<void> {
    using connection = await connect(this.url);
    const { client } = connection;
    const own = { MATCH: `${this.prefix}*`, COUNT: 1_000 };
    for await (const keys of client.scanIterator(own)) {
      if (keys.length > 0) await client.unlink(keys);
    }
  }
}

/** A client that gives up instead of connecting again, until it is disposed. */
async function connect(url: string) {
  const client = createClient({
    url,
    socket: { reconnectStrategy: false, socketTimeout: 5_000 },
  });
  client.on("error", () => {});
  await client.connect();
  return { client, [Symbol.dispose]: () => client.destroy() };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : `${error}`;
}

function spawnRedis(args: readonly string[]): Child {
  try {
    return spawn("redis-server", args, "null");
  } catch (error) {
    throw error instanceof Deno.errors.NotFound ? notInstalled() : error;
  }
}

function notInstalled(): RedisMissing {
  return new RedisMissing(
    "There is no redis-server: install Debian's redis-server, or name a Redis 7 with --redis URL",
  );
}

async function ready({ stdout, status }: Child): Promise<void> {
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("Ready to accept connections")) {
    const { value, done } = await reader.read();
    if (done) {
      throw (await status).code === NOT_FOUND
        ? notInstalled()
        : new RedisMissing(`redis-server ended: ${text}`);
    }
    text += value;
  }
  // The rest is read too, or the process would wait for a reader.
  void drain(reader);
}

async function drain(
  reader: ReadableStreamDefaultReader<string>,
): Promise<void> {
  while (!(await reader.read()).done);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
