/**
 * Two server nodes that share a Redis, behind a balancer: they die and are
 * started again, and so does Redis.
 *
 * @module
 */

import { delay } from "@std/async";
import {
  startTcpProxy,
  type TcpProxy,
} from "../../../servers/tcp/tcp_proxy.ts";
import { type Birth, type ServerEvent, wallNow } from "../check/history.ts";
import type { Service } from "../server/service.ts";
import { ServerLog } from "../server/server_log.ts";
import type { ServerFault } from "../schedule.ts";
import type { SetupName } from "../setups.ts";
import type { Persistence, RedisFault } from "./faults.ts";
import { LabRedis } from "./lab_redis.ts";
import { LabNode } from "./lab_node.ts";

/** All that clients of one service may reach, and what is behind it. */
export class NodeService implements Service {
  readonly #stack: AsyncDisposableStack;
  readonly #log: ServerLog;
  readonly #redis: LabRedis;
  readonly #balancer: TcpProxy;
  /** The first one has the connections. */
  #nodes: readonly [LabNode, LabNode];
  #pushes = 0;
  #isTroubled = false;
  #isFull = false;

  private constructor(
    { stack, log, redis, balancer, nodes }: {
      readonly stack: AsyncDisposableStack;
      readonly log: ServerLog;
      readonly redis: LabRedis;
      readonly balancer: TcpProxy;
      readonly nodes: readonly [LabNode, LabNode];
    },
  ) {
    this.#stack = stack;
    this.#log = log;
    this.#redis = redis;
    this.#balancer = balancer;
    this.#nodes = nodes;
  }

  /** Starts all. */
  static async start(
    setup: SetupName,
    persistence: Persistence,
  ): Promise<NodeService> {
    await using stack = new AsyncDisposableStack();
    const log = stack.use(await ServerLog.create());
    const redis = stack.use(await LabRedis.start(persistence));
    const { port } = redis;
    const nodes = await Promise.all([
      LabNode.start({ number: 0, client: "nodeRedis", port, setup, log }),
      LabNode.start({ number: 1, client: "ioRedis", port, setup, log }),
    ]);
    for (const node of nodes) stack.use(node);
    const balancer = stack.use(await startTcpProxy(nodes[0].port));
    const parts = { log, redis, balancer, nodes };
    return new NodeService({ ...parts, stack: stack.move() });
  }

  get port(): number {
    return this.#balancer.port;
  }

  push(session: string, count: number, size: number): void {
    const first = this.#pushes + 1;
    this.#pushes += count;
    const node = this.#nodes[this.#pushes % 2]!;
    node.tell({ type: "push", session, first, count, size });
  }

  async endSession(session: string): Promise<void> {
    const [, other] = this.#nodes;
    await other.ready;
    await other.call({ type: "end-session", session }).catch(() => {});
  }

  async strike(fault: ServerFault, session: string | undefined): Promise<void> {
    switch (fault.type) {
      case "kill":
        return await this.#kill();
      case "stop":
        return await this.#stop(fault.milliseconds);
      case "drain":
        return await this.#drain();
      case "move":
        return await this.#move();
      case "end-session":
        if (session !== undefined) await this.endSession(session);
        return;
      case "redis":
        return await this.#strikeRedis(fault.fault, session);
      case "wipe":
      case "snapshot":
      case "roll-back":
        throw new TypeError(`Nodes have no file: ${fault.type}`);
    }
  }

  async calm(): Promise<void> {
    if (!this.#isTroubled) return;
    for (const { proxy } of this.#nodes) await proxy.apply({ type: "clear" });
    if (this.#isFull) await this.#redis.limit(0);
    this.#isTroubled = false;
    this.#isFull = false;
    this.#log.note({ type: "calm", at: wallNow() });
  }

  async history(ended: string | undefined): Promise<readonly ServerEvent[]> {
    return await this.#log.read(ended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  /** Clients that come from now on come to the other node. */
  async #turn(): Promise<LabNode> {
    const [serving, other] = this.#nodes;
    await other.ready;
    this.#nodes = [other, serving];
    await this.#balancer.redirect(other.port);
    return serving;
  }

  async #kill(): Promise<void> {
    const node = await this.#turn();
    await node.ready;
    await node.kill();
  }

  /** The one that was stopped does not know that it slept, and is a zombie. */
  async #stop(milliseconds: number): Promise<void> {
    const node = await this.#turn();
    const at = wallNow();
    node.signal("SIGSTOP");
    await this.#balancer.apply({ type: "reset" });
    await delay(milliseconds);
    node.signal("SIGCONT");
    const { life } = node;
    this.#log.note({ type: "stopped", life, at, until: wallNow() });
  }

  async #drain(): Promise<void> {
    const node = await this.#turn();
    await node.call({ type: "drain" }).catch(() => {});
    await node.kill();
  }

  async #move(): Promise<void> {
    await this.#turn();
    await this.#balancer.apply({ type: "reset" });
  }

  async #strikeRedis(
    fault: RedisFault,
    session: string | undefined,
  ): Promise<void> {
    if (fault.type === "snapshot") return await this.#redis.snapshot();
    this.#noteTrouble();
    switch (fault.type) {
      case "kill":
        return await this.#beAway(() => this.#redis.kill(session));
      case "roll-back":
        return await this.#beAway(() => this.#redis.rollBack(session));
      case "fail-over":
        return await this.#failOver(fault.milliseconds, session);
      case "stop":
        return await this.#redis.stop(fault.milliseconds);
      case "kill-clients":
        return await this.#redis.killClients(fault.of);
      case "silence":
        return await this.#silence();
      case "fill":
        this.#isFull = true;
        return await this.#redis.limit(1);
      case "link":
        return await this.#strikeLinks(fault);
    }
  }

  async #silence(): Promise<void> {
    for (const { proxy } of this.#nodes) {
      await proxy.apply({ type: "hold-close" });
    }
    await this.#redis.killClients("normal");
    await this.#redis.killClients("pubsub");
  }

  async #failOver(
    milliseconds: number,
    session: string | undefined,
  ): Promise<void> {
    await this.#redis.promote();
    const at = wallNow();
    await delay(milliseconds);
    await this.#beAway(() => this.#redis.failOver(at, session));
  }

  /** Nobody writes before it is known what is left. */
  async #beAway(replace: () => Promise<Birth>): Promise<void> {
    const proxies = this.#nodes.map(({ proxy }) => proxy);
    for (const proxy of proxies) {
      await proxy.apply({ type: "refuse" });
      await proxy.apply({ type: "reset" });
    }
    const birth = await replace();
    this.#log.note({ type: "store", birth, at: wallNow() });
    for (const proxy of proxies) {
      await proxy.redirect(this.#redis.port);
      await proxy.apply({ type: "clear" });
    }
  }

  async #strikeLinks(
    { of, faults }: Extract<RedisFault, { type: "link" }>,
  ): Promise<void> {
    const [serving, other] = this.#nodes;
    const nodes = { serving: [serving], other: [other], both: this.#nodes }[of];
    for (const { proxy } of nodes) {
      for (const fault of faults) await proxy.apply(fault);
    }
  }

  #noteTrouble(): void {
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#log.note({ type: "trouble", at: wallNow() });
  }
}
