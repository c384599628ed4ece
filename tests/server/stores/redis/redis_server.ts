/** Debian's Redis on a port of its own, and clients of it. */

import { createClient } from "@redis/client";
import { delay } from "@std/async";
import { Redis } from "ioredis";
import { PROGRAMS } from "../../../system/requirements.ts";
import { findUnusedPort } from "../../../system/servers/tcp/unused_port.ts";

/** Milliseconds that clients wait before they connect again. */
export const RECONNECT_DELAY = 50;

/** A server that runs until it is disposed. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  /** Where it keeps its files. */
  readonly folder: string;
  readonly #options: readonly string[];
  #process: Deno.ChildProcess | undefined;

  private constructor(
    { port, folder, options }: {
      readonly port: number;
      readonly folder: string;
      readonly options: readonly string[];
    },
  ) {
    this.port = port;
    this.folder = folder;
    this.#options = options;
  }

  /** Starts a server without persistence, unless the options say otherwise. */
  static async start(...options: readonly string[]): Promise<RedisServer> {
    const folder = await Deno.makeTempDir({ prefix: "holdfast-redis-" });
    const server = new RedisServer({ port: findUnusedPort(), folder, options });
    await server.run();
    return server;
  }

  /** Runs the process, on what an earlier one has left. */
  async run(): Promise<void> {
    this.#process = new Deno.Command(PROGRAMS.redis, {
      args: [
        ...["--port", `${this.port}`, "--bind", "127.0.0.1"],
        ...["--dir", this.folder, "--save", "", "--daemonize", "no"],
        ...this.#options,
      ],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    await ready(this.#process.stdout);
  }

  /** Stops, continues or kills the process. */
  signal(signal: Deno.Signal): void {
    this.#process?.kill(signal);
  }

  /** Kills the process, as a crash would. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#process?.status;
    this.#process = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Clients of one process, to be closed together. */
export class RedisClients implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #port: number;

  /** For a server on this port. */
  constructor(port: number) {
    this.#port = port;
  }

  /** A client of `npm:@redis/client`. Durations are milliseconds. */
  async nodeRedis(
    { commandTimeout = 5_000 }: { readonly commandTimeout?: number } = {},
  ) {
    const client = createClient({
      commandOptions: { timeout: commandTimeout },
      socket: {
        ...{ host: "127.0.0.1", port: this.#port },
        reconnectStrategy: RECONNECT_DELAY,
      },
    });
    client.on("error", () => {});
    await client.connect();
    this.#stack.defer(() => destroy(client));
    return client;
  }

  /** A client of `npm:ioredis`. */
  async ioRedis() {
    const client = new Redis({
      ...{ host: "127.0.0.1", port: this.#port, lazyConnect: true },
      autoResendUnfulfilledCommands: false,
      retryStrategy: () => RECONNECT_DELAY,
      maxLoadingRetryTime: RECONNECT_DELAY,
    });
    client.on("error", () => {});
    await client.connect();
    this.#stack.defer(() => disconnect(client));
    return client;
  }

  /** Closes all. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/**
 * Ends a client of `npm:@redis/client`. One that waits before it connects again
 * goes on waiting, so the timer of that is waited for.
 */
export async function destroy(
  client: { readonly isReady: boolean; destroy(): void },
): Promise<void> {
  const waits = !client.isReady;
  client.destroy();
  if (waits) await delay(2 * RECONNECT_DELAY);
}

/**
 * Ends a client of `npm:ioredis`. One that found Redis loading its data asks again
 * later, though it has ended, so the timer of that is waited for. One that waits
 * before it connects again would never say that it has ended.
 */
export async function disconnect(client: Redis): Promise<void> {
  const waits = client.status !== "ready";
  const next = (event: "connecting" | "end") =>
    new Promise((resolve) => client.once(event, resolve));
  if (client.status === "reconnecting") await next("connecting");
  const ended = next("end");
  client.disconnect();
  await ended;
  if (waits) await delay(2 * RECONNECT_DELAY);
}

async function ready(output: ReadableStream<Uint8Array>): Promise<void> {
  const reader = output.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("Ready to accept connections")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`redis-server ended: ${text}`);
    text += value;
  }
  // The rest is read too, or the process would wait for a reader.
  void drain(reader);
}

async function drain(reader: ReadableStreamDefaultReader<string>) {
  while (!(await reader.read()).done);
}
