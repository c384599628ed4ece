/**
 * A server node in a process of its own, and its way to Redis.
 *
 * @module
 */

import { openModule } from "../../../servers/remote/place.ts";
import { Remote } from "../../../servers/remote/remote.ts";
import {
  startTcpProxy,
  type TcpProxy,
} from "../../../servers/tcp/tcp_proxy.ts";
import { wallNow } from "../check/history.ts";
import type {
  LifeCommand,
  LifeReport,
  RedisPackage,
} from "../server/service.ts";
import type { ServerLog } from "../server/server_log.ts";
import type { SetupName } from "../setups.ts";

interface NodeOptions {
  readonly number: number;
  readonly client: RedisPackage;
  /** Where Redis listens on loopback. */
  readonly port: number;
  readonly setup: SetupName;
  readonly log: ServerLog;
}

/** All lives of one node, on one port. */
export class LabNode implements AsyncDisposable {
  /** Between the node and Redis. */
  readonly proxy: TcpProxy;
  readonly #options: NodeOptions;
  #remote = open();
  #port = 0;
  #life = 0;
  #ready: Promise<void> = Promise.resolve();

  private constructor(options: NodeOptions, proxy: TcpProxy) {
    this.proxy = proxy;
    this.#options = options;
  }

  /** Starts the first life. */
  static async start(options: NodeOptions): Promise<LabNode> {
    const node = new LabNode(options, await startTcpProxy(options.port));
    await node.#begin("started");
    return node;
  }

  /** Where it listens on loopback. */
  get port(): number {
    return this.#port;
  }

  /** Counts the lives of all nodes. */
  get life(): number {
    return this.#life;
  }

  /** Resolves when it serves again. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Tells it something; who is dead hears nothing. */
  tell(command: LifeCommand): void {
    this.call(command).catch(() => {});
  }

  /** Has it do something. */
  call(command: LifeCommand): Promise<LifeReport> {
    return this.#remote.call(command);
  }

  /** Stops or continues it. */
  signal(signal: Deno.Signal): void {
    this.#remote.signal(signal);
  }

  /** Kills it, and begins to start another one. */
  async kill(): Promise<void> {
    const { log } = this.#options;
    log.note({ type: "death", life: this.#life, at: wallNow() });
    await this.#remote[Symbol.asyncDispose]();
    this.#remote = open();
    this.#ready = this.#begin("killed");
    // Who needs it waits for it, and gets its error.
    this.#ready.catch(() => {});
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ready.catch(() => {});
    await this.#remote[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
  }

  async #begin(kind: "started" | "killed"): Promise<void> {
    const { log, setup, client, number } = this.#options;
    this.#life = log.begin({ kind }, number);
    const { port } = await this.#remote.call({
      type: "start",
      life: this.#life,
      port: this.#port,
      place: { kind: "redis", port: this.proxy.port, client },
      log: log.path,
      setup,
    });
    this.#port = port;
  }
}

function open(): Remote<LifeCommand, LifeReport> {
  const script = new URL("../server/server_main.ts", import.meta.url);
  return new Remote(openModule(script, "process"));
}
