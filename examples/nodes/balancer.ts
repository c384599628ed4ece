/**
 * A balancer of TCP connections: it asks the nodes whether they answer, and
 * gives each new connection to one that does. A client may come to any of them.
 *
 * @module
 */

import { oneOf, type Random } from "./random.ts";

/** Where connections go. */
export interface Target {
  readonly port: number;
}

/** How often nodes are asked, and how long they may take, in milliseconds. */
const INTERVAL = 200;
const TIMEOUT = 500;

/** A balancer that listens until it is disposed. */
export class Balancer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #random: Random;
  readonly #healthy = new Set<Target>();
  readonly #connections = new Set<Connection>();
  readonly #timers: readonly ReturnType<typeof setInterval>[];

  /** Takes connections for the nodes. */
  constructor(targets: readonly Target[], random: Random) {
    this.#random = random;
    for (const target of targets) this.#healthy.add(target);
    this.#timers = targets.map((target) =>
      setInterval(() => this.#check(target), INTERVAL)
    );
    void this.#listen();
  }

  /** Where clients connect to. */
  get url(): string {
    return `ws://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Breaks a connection, if there is one. */
  cutOne(): void {
    const all = [...this.#connections];
    if (all.length > 0) oneOf(all, this.#random).cut();
  }

  /** Breaks all connections, and takes no more. */
  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#listener.close();
    for (const connection of this.#connections) connection.cut();
  }

  async #check(target: Target): Promise<void> {
    if (await isHealthy(target)) this.#healthy.add(target);
    else this.#healthy.delete(target);
  }

  async #listen(): Promise<void> {
    try {
      for await (const client of this.#listener) void this.#carry(client);
    } catch {
      // It was closed while it waited.
    }
  }

  async #carry(client: Deno.TcpConn): Promise<void> {
    const server = await this.#connect();
    if (server === undefined) return client.close();
    const connection = new Connection(client, server);
    this.#connections.add(connection);
    await connection.ended;
    this.#connections.delete(connection);
  }

  async #connect(): Promise<Deno.TcpConn | undefined> {
    const healthy = [...this.#healthy];
    if (healthy.length === 0) return undefined;
    const target = oneOf(healthy, this.#random);
    try {
      const { port } = target;
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch {
      this.#healthy.delete(target);
      return await this.#connect();
    }
  }
}

/** A client's connection and the one to its node. */
class Connection {
  readonly ended: Promise<void>;
  readonly #ends: readonly Deno.TcpConn[];

  constructor(client: Deno.TcpConn, server: Deno.TcpConn) {
    this.#ends = [client, server];
    const passing = [pass(client, server), pass(server, client)];
    this.ended = Promise.race(passing).finally(() => this.cut());
  }

  /** Breaks it, for both at once. */
  cut(): void {
    for (const end of this.#ends) closeQuietly(end);
  }
}

function pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  return from.readable.pipeTo(to.writable).catch(() => {});
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // The stream that reads from it has closed it.
  }
}

/** Any answer will do: a node refuses what is no WebSocket. */
async function isHealthy({ port }: Target): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      signal: AbortSignal.timeout(TIMEOUT),
    });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
