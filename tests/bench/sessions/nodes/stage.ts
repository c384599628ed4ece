/**
 * Two nodes that share a Redis, behind a balancer, and clients of either library.
 *
 * @module
 */

import { delay } from "@std/async";
import { RedisServer } from "../../../server/stores/redis/redis_server.ts";
import {
  startTcpProxy,
  type TcpProxy,
} from "../../../system/servers/tcp/tcp_proxy.ts";
import { compare, type Outcome, total } from "../outcome.ts";
import {
  connectHoldfast,
  connectSocketIo,
  type PeerClient,
} from "../peer_clients.ts";
import type { Peer } from "../peers.ts";
import { PeerNode } from "./peer_node.ts";

const CLIENTS = 20;
/** Each way, in milliseconds. */
const LATENCY = 20;
/** How long clients have to catch up, in milliseconds. */
const PATIENCE = 4_000;

/** What a stage is made of. */
interface Parts {
  readonly redis: RedisServer;
  readonly nodes: readonly [PeerNode, PeerNode];
  readonly balancer: TcpProxy;
  readonly clients: readonly PeerClient[];
  readonly stack: AsyncDisposableStack;
}

/** All of it. Clients are connected to the first node, the second one sends. */
export class NodesStage implements AsyncDisposable {
  readonly redis: RedisServer;
  readonly nodes: readonly [PeerNode, PeerNode];
  readonly balancer: TcpProxy;
  readonly clients: readonly PeerClient[];
  readonly #stack: AsyncDisposableStack;
  #emitted = 0;

  private constructor({ redis, nodes, balancer, clients, stack }: Parts) {
    this.redis = redis;
    this.nodes = nodes;
    this.balancer = balancer;
    this.clients = clients;
    this.#stack = stack;
  }

  /** Connects all clients. */
  static async open(
    peer: Peer,
    options: readonly string[],
  ): Promise<NodesStage> {
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await RedisServer.start(...options));
    const nodes = [
      stack.use(await PeerNode.start(peer, redis.port)),
      stack.use(await PeerNode.start(peer, redis.port)),
    ] as const;
    const balancer = stack.use(await startTcpProxy(nodes[0].port));
    const connect = peer === "holdfast" ? connectHoldfast : connectSocketIo;
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, id) => connect(balancer.port, id)),
    );
    const parts = { redis, nodes, balancer, clients };
    const stage = new NodesStage({ ...parts, stack: stack.move() });
    await stage.calm();
    // What was never sent anything cannot recover (socket.io issue 5538).
    await stage.emit(1, 0);
    await delay(500);
    return stage;
  }

  /** Ends the fault; what is left is a network with a way. */
  async calm(): Promise<void> {
    await this.balancer.apply({ type: "clear" });
    await this.balancer.apply({
      ...{ type: "delay", direction: "both", milliseconds: LATENCY },
    });
  }

  /** Sends numbers to all clients, one every so many milliseconds. */
  async emit(count: number, every: number): Promise<void> {
    const [, other] = this.nodes;
    for (let index = 0; index < count; index += 1) {
      const sessions = this.clients.flatMap(({ session }) => session ?? []);
      const number = this.#emitted += 1;
      await other.call({ type: "emit", number, sessions });
      await delay(every);
    }
  }

  /** Clients that come from now on come to the other node. */
  async moveOn(): Promise<void> {
    await this.balancer.redirect(this.nodes[1].port);
  }

  /** Cuts all connections of clients. */
  async cut(): Promise<void> {
    await this.balancer.apply({ type: "reset" });
  }

  /** Judges what clients got since `run` began. */
  async judgeDown(run: () => Promise<void>): Promise<Outcome> {
    const [, other] = this.nodes;
    const before = (await other.call({ type: "report" })).rejected;
    const first = this.#emitted + 1;
    for (const client of this.clients) client.returns.length = 0;
    await run();
    await delay(PATIENCE);
    const { rejected } = await other.call({ type: "report" });
    const wanted = this.#emitted - first + 1;
    const parts = this.clients.map(({ got, returns, reported }) => ({
      ...compare(got.filter((number) => number >= first), wanted),
      isSure: returns.every((each) => each === "recovered"),
      reported,
    }));
    const all = total(parts, wanted * CLIENTS);
    // These were reported to who sends.
    const refused = rejected - before;
    return {
      ...all,
      lost: all.lost - refused,
      messages: all.messages - refused,
    };
  }

  /** Judges what the nodes got. */
  async judgeUp(count: number, run: () => Promise<void>): Promise<Outcome> {
    await run();
    await delay(PATIENCE);
    const received = (await Promise.all(
      this.nodes.map((node) => node.received()),
    )).flat();
    const parts = this.clients.map(({ reported }, id) => ({
      ...compare(
        received.filter(([client]) => client === id).map(([, it]) => it),
        count,
      ),
      isSure: reported === 0,
      reported,
    }));
    return total(parts, count * CLIENTS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) client.close();
    await this.#stack.disposeAsync();
  }
}
