/**
 * Clients, two nodes and a Redis with its AOF, and faults by a seed. Each client
 * sends numbers, and the nodes answer each of them.
 *
 * ```sh
 * deno run -A tests/server/stores/redis/nodes/chaos.ts [faults] [seed]
 * ```
 */

import {
  type SessionMessage,
  SessionServer,
} from "../../../../../lib/server/mod.ts";
import type { RedisStore } from "../../../../../lib/server/stores/redis/mod.ts";
import { type Random, seeded } from "../../../../session/seeded.ts";
import { KEY } from "../../../listening.ts";
import { TestClient } from "../../../test_client.ts";
import { type ClientKind, RedisPlace } from "../places.ts";

/** What came of it. */
export interface ChaosReport {
  readonly sent: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly redelivered: number;
  /** What must not happen; empty if all is well. */
  readonly violations: readonly string[];
}

const CLIENTS = 6;
const KINDS: readonly ClientKind[] = ["nodeRedis", "ioRedis"];
const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];

/** Causes faults until there were enough, and judges what all have seen. */
export async function chaos(
  seed: number,
  faults: number,
): Promise<ChaosReport> {
  const random = seeded(seed);
  await using place = await RedisPlace.start("nodeRedis", ...DURABLE);
  const judge = new Judge();
  const nodes = await Promise.all(
    KINDS.map((kind) => Node.start(place, kind, judge)),
  );
  const lives = Array.from(
    { length: CLIENTS },
    (_, index) => new Life(`client-${index}`, nodes, random),
  );
  await Promise.all(lives.map((life) => life.attached()));
  const counts: Record<string, number> = {};
  for (let fault = 0; fault < faults; fault += 1) {
    for (const life of lives) life.send(1 + random.upTo(5));
    await pause(random.upTo(15));
    const name = await cause(place, lives, random);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  for (const life of lives) await life.settled();
  for (const life of lives) judge.compare(life.name, life);
  for (const life of lives) await life.end();
  for (const node of nodes) await node.end();
  const sent = lives.reduce((sum, life) => sum + life.sent, 0);
  return { ...judge.report(), sent, faults: counts };
}

/** Does one thing that happens to servers, networks and clients. */
async function cause(
  { server, clients }: RedisPlace,
  lives: readonly Life[],
  random: Random,
): Promise<string> {
  const life = lives[random.upTo(lives.length)]!;
  switch (random.upTo(12)) {
    case 0:
      await server.kill();
      await pause(random.upTo(60));
      await server.run();
      return "Redis killed";
    case 1:
      server.signal("SIGSTOP");
      await pause(random.upTo(250));
      server.signal("SIGCONT");
      return "Redis stopped";
    case 2:
    case 3: {
      const type = random.upTo(2) === 0 ? "normal" : "pubsub";
      await kill(clients, type);
      return `connections killed (${type})`;
    }
    case 4:
    case 5:
    case 6:
      life.startMove();
      return "half-open, and moved";
    case 7:
      await Promise.all(lives.map((each) => each.cut()));
      return "all clients cut";
    default:
      await life.cut();
      return "client cut";
  }
}

/** A client of its own, since the others may be away. */
async function kill(
  clients: RedisPlace["clients"],
  type: string,
): Promise<void> {
  const client = await clients.nodeRedis();
  const command = ["CLIENT", "KILL", "TYPE", type, "SKIPME", "yes"];
  await client.sendCommand(command).catch(() => {});
  client.destroy();
}

/** A server node of its own, without its process. */
class Node {
  readonly url: string;
  readonly #sessions: SessionServer;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(store: RedisStore, judge: Judge) {
    this.#sessions = new SessionServer({
      ...{ key: KEY, store, takeoverTimeout: 100 },
      authenticate: (_request, auth) => auth ?? "",
      limits: { resumes: 1_000_000 },
      handler: {
        message: async ({ principal }, message) => {
          judge.handled(principal, message);
          if (message.seq % 3 === 0) await pause(1);
          message.reply(message.data);
        },
      },
    });
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => this.#sessions.upgrade(request),
    );
    this.url = `ws://127.0.0.1:${this.#server.addr.port}`;
  }

  static async start(
    place: RedisPlace,
    kind: ClientKind,
    judge: Judge,
  ): Promise<Node> {
    return new Node(await place.open({ timeout: 500 }, kind), judge);
  }

  async end(): Promise<void> {
    await this.#sessions.close();
    await this.#server.shutdown();
  }
}

/** A client that comes back until it has got all its answers. */
class Life {
  readonly name: string;
  readonly client: TestClient;
  sent = 0;
  readonly #nodes: readonly Node[];
  readonly #random: Random;
  #isOver = false;
  #isMoving = false;
  #move: Promise<void> = Promise.resolve();
  readonly #dialing: Promise<void>;

  constructor(name: string, nodes: readonly Node[], random: Random) {
    this.name = name;
    this.#nodes = nodes;
    this.#random = random;
    this.client = new TestClient(nodes[0]!.url, { auth: name });
    this.#dialing = this.#keepConnected();
  }

  attached(): Promise<void> {
    return this.client.until(() => this.client.state.kind === "attached");
  }

  send(count: number): void {
    for (let index = 0; index < count; index += 1) {
      this.sent += 1;
      this.client.send(`${this.sent}`);
    }
  }

  /** Other things may happen meanwhile. */
  startMove(): void {
    if (this.#isMoving || this.client.state.kind !== "attached") return;
    this.#isMoving = true;
    this.#move = this.#moveHalfOpen();
  }

  async cut(): Promise<void> {
    // The connection that would be cut is not the one that seems to be alive.
    if (this.#isMoving || this.client.state.kind !== "attached") return;
    await this.client.cut();
  }

  async settled(): Promise<void> {
    await this.#move;
    await this.client.until(() => this.client.delivered.length >= this.sent);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.client[Symbol.asyncDispose]();
    await this.#dialing;
  }

  async #keepConnected(): Promise<void> {
    while (!this.#isOver) {
      this.client.url = this.#anyUrl();
      await this.client.connect();
      // The store may be away: not at once again.
      if (this.client.state.kind !== "attached") await pause(10);
      // No fault may strike this client for long.
      await this.client.until(
        () => this.client.state.kind === "detached" && !this.#isMoving,
        Infinity,
      );
    }
  }

  /** The next connection is made while the old one seems to be alive. */
  async #moveHalfOpen(): Promise<void> {
    this.client.freeze();
    const { news } = this.client;
    for (const before = news.length; news.length === before;) {
      this.client.url = this.#anyUrl();
      await this.client.connect();
      if (news.length === before) await pause(10);
    }
    this.#isMoving = false;
    // It may have been cut already, and nobody would look again.
    this.client.consume();
  }

  #anyUrl(): string {
    return this.#nodes[this.#random.upTo(this.#nodes.length)]!.url;
  }
}

/** What the handlers have seen, for each client. */
class Judge {
  readonly #last = new Map<string, number>();
  readonly #violations: string[] = [];
  #redelivered = 0;

  handled(name: string, { data, redelivered }: SessionMessage): void {
    const number = Number(data);
    const last = this.#last.get(name) ?? 0;
    if (redelivered) this.#redelivered += 1;
    if (number > last + 1) this.#blame(`${name}: ${number} after ${last}`);
    if (number <= last && !redelivered) {
      this.#blame(`${name}: ${number} repeated without a flag`);
    }
    this.#last.set(name, Math.max(last, number));
  }

  /** Each answer once and in order, and nothing reported as lost. */
  compare(name: string, { client, sent }: Life): void {
    const expected = Array.from({ length: sent }, (_, n) => `${n + 1}`);
    if (client.delivered.join() !== expected.join()) {
      this.#blame(`${name} got ${client.delivered.join()}`);
    }
    for (const { why } of client.dropped) {
      this.#blame(`${name}: dropped, ${why}`);
    }
    for (const { why } of client.missed) this.#blame(`${name}: missed, ${why}`);
  }

  report() {
    return { redelivered: this.#redelivered, violations: this.#violations };
  }

  #blame(what: string): void {
    this.#violations.push(what.slice(0, 300));
  }
}

function pause(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration));
}

if (import.meta.main) {
  const [faults = "1000", seed = "1"] = Deno.args;
  const report = await chaos(Number(seed), Number(faults));
  // deno-lint-ignore no-console
  console.log(report);
  Deno.exit(report.violations.length === 0 ? 0 : 1);
}
