/**
 * Runs a schedule: one client after the other through one proxy.
 *
 * @module
 */

import { delay } from "@std/async";
import {
  type ReconnectingWebSocketOptions,
  WorkerHost,
} from "@holdfast/websocket";
import type { TransportName } from "../../../lib/connection/config/transports.ts";
import { startTcpProxy, type TcpProxy } from "../servers/tcp_proxy.ts";
import { block } from "../waiting.ts";
import { check, type Violation } from "./check.ts";
import { ChaosClient } from "./client.ts";
import type { History } from "./history.ts";
import type { NumberingServer } from "./numbering_server.ts";
import { fatalStatusesOf } from "./fatal_statuses.ts";
import type { ChaosStep, ServerFault } from "./schedule.ts";
import { type Setup, SETUPS } from "./setups.ts";
import type { ClientFault, Strike } from "./strikes.ts";

/** Which way a lane goes. */
export interface LaneOptions {
  /** Part of the path, so that the server can tell lanes apart. */
  readonly name: string;
  readonly transport: TransportName;
  readonly setup: Setup;
  /** Whether each client has a worker of its own, which can be killed. */
  readonly worker: "shared" | "mortal";
}

/** What came of a lane. */
export interface LaneResult {
  readonly violations: readonly Violation[];
  /** Per step, in milliseconds. */
  readonly recoveries: readonly number[];
  readonly clients: number;
  readonly connections: number;
  /** Numbered messages that arrived, both ways together. */
  readonly messages: number;
  /** Messages that were on the wire when their connection died. */
  readonly lostOnTheWire: number;
  /** The first client whose history was found wrong. */
  readonly evidence: Evidence | undefined;
}

/** A history that was found wrong, and the steps that led to it. */
export interface Evidence {
  readonly history: History;
  readonly steps: readonly ChaosStep[];
}

/** Short limits, so that a fault is found out in a fraction of a second. */
export const LIMITS = {
  interval: 100,
  timeout: 250,
  openTimeout: 1_000,
  closeTimeout: 200,
  maxDelay: 50,
} as const;
/**
 * The longest way back: a connection whose death was not noticed before the
 * faults ended, then an attempt that began in the fault and timed out, then one
 * backoff delay.
 */
const RECOVERY = LIMITS.interval + LIMITS.timeout + LIMITS.openTimeout +
  LIMITS.maxDelay;
/**
 * What a busy machine may add, in milliseconds: with ten threads to a core, a
 * handshake takes seconds. The figures that the lab prints are far below.
 */
const SLACK = 5_000;
/** How often it is looked whether messages are exchanged, in milliseconds. */
const TICK = 10;
/** What the death of a worker adds: its watchdog, and its successor's start. */
const RESPAWN = { exception: 2_000, loop: 8_000 } as const;
/** A fifth crash in a row would be the end. */
const MAX_KILLS = 3;
/** So many steps make a history that can still be held and shrunk. */
const MAX_STEPS = 300;
/** After this it is given up, in milliseconds. */
const GIVE_UP = 20_000;

/** Runs a schedule, from the first step to the last. */
export async function runLane(
  steps: readonly ChaosStep[],
  server: NumberingServer,
  options: LaneOptions,
): Promise<LaneResult> {
  await using proxy = await startTcpProxy(server.port);
  const results: LaneResult[] = [];
  for (let first = 0; first < steps.length;) {
    const name = `/${options.name}/${results.length + 1}`;
    const life = new Life(name, { proxy, server, options });
    const end = await life.run(steps, first);
    results.push(await life.end(steps.slice(first, end)));
    first = end;
  }
  return results.reduce(add, NOTHING);
}

/** The result of no lane. */
export const NOTHING: LaneResult = {
  violations: [],
  recoveries: [],
  clients: 0,
  connections: 0,
  messages: 0,
  lostOnTheWire: 0,
  evidence: undefined,
};

/** Adds two results. */
export function add(one: LaneResult, other: LaneResult): LaneResult {
  return {
    violations: [...one.violations, ...other.violations],
    recoveries: [...one.recoveries, ...other.recoveries],
    clients: one.clients + other.clients,
    connections: one.connections + other.connections,
    messages: one.messages + other.messages,
    lostOnTheWire: one.lostOnTheWire + other.lostOnTheWire,
    evidence: one.evidence ?? other.evidence,
  };
}

/** One client, until the schedule is at its end, or a fault was fatal. */
class Life {
  readonly #name: string;
  readonly #proxy: TcpProxy;
  readonly #server: NumberingServer;
  readonly #client: ChaosClient;
  readonly #transport: LaneOptions["transport"];
  readonly #host: WorkerHost | undefined;
  /** Kept open: one that is closed and made anew at once is deaf in Deno. */
  readonly #orders: BroadcastChannel;
  readonly #recoveries: number[] = [];
  readonly #struck: Strike<ServerFault>[] = [];
  #kills = 0;

  constructor(
    name: string,
    { proxy, server, options }: {
      readonly proxy: TcpProxy;
      readonly server: NumberingServer;
      readonly options: LaneOptions;
    },
  ) {
    this.#name = name;
    this.#orders = new BroadcastChannel(name);
    this.#proxy = proxy;
    this.#server = server;
    this.#transport = options.transport;
    this.#host = options.worker === "mortal" ? new WorkerHost() : undefined;
    this.#client = new ChaosClient(
      proxy.url + name,
      clientOptions(name, options, this.#host),
    );
  }

  /** Runs steps, and gives the index of the first that is still to come. */
  async run(steps: readonly ChaosStep[], from: number): Promise<number> {
    for (const [index, step] of steps.entries()) {
      if (index < from) continue;
      await this.#step(step, index);
      const isSpent = this.#kills >= MAX_KILLS ||
        index + 1 - from >= MAX_STEPS;
      if (this.#client.isClosed || isSpent) return index + 1;
    }
    return steps.length;
  }

  /** Closes the client and judges what was seen in these steps. */
  async end(steps: readonly ChaosStep[]): Promise<LaneResult> {
    this.#orders.close();
    await this.#client[Symbol.asyncDispose]();
    await this.#host?.[Symbol.asyncDispose]();
    const { events: client, totals } = this.#client;
    const server = await this.#server.history(this.#name);
    const fatalStatuses = fatalStatusesOf(this.#struck);
    const integrity = this.#transport === "native" && this.#isCorrupted
      ? "broken"
      : "kept";
    const history = {
      client,
      server,
      totals,
      fatalStatuses,
      integrity,
    } as const;
    const violations = check(history);
    const received = server.reduce((sum, it) => sum + it.received.length, 0);
    const messages = client.filter(({ type }) => type === "message").length;
    return {
      violations,
      recoveries: this.#recoveries,
      clients: 1,
      connections: server.length,
      messages: received + messages,
      lostOnTheWire: Math.max(0, totals.taken - received),
      evidence: violations.length > 0 ? { history, steps } : undefined,
    };
  }

  async #step(step: ChaosStep, index: number): Promise<void> {
    this.#client.talk(step.before);
    for (const strike of step.strikes) await this.#strike(strike);
    this.#client.talk(step.during);
    await delay(step.hold);
    await this.#proxy.apply({ type: "clear" });
    await this.#server.clear(this.#name);
    await this.#recover(step, index);
  }

  async #strike(strike: Strike<ServerFault>): Promise<void> {
    this.#struck.push(strike);
    switch (strike.on) {
      case "proxy":
        await this.#proxy.apply(strike.fault);
        return;
      case "server":
        await this.#server.apply(this.#name, strike.fault);
        return;
      case "client":
        this.#strikeClient(strike.fault);
        return;
    }
  }

  #strikeClient(fault: ClientFault): void {
    switch (fault.type) {
      case "reconnect":
        this.#client.reconnect();
        return;
      case "block":
        block(fault.milliseconds);
        return;
      case "kill-worker":
        this.#kills += 1;
        this.#orders.postMessage(fault.by);
        return;
    }
  }

  async #recover({ strikes }: ChaosStep, step: number): Promise<void> {
    const limit = RECOVERY + SLACK + respawnTime(strikes);
    let after = await this.#exchange(this.#isCorrupted ? limit : GIVE_UP);
    if (after === Infinity && this.#isCorrupted) {
      // A length that became larger looks like a large message on a slow line.
      await this.#proxy.apply({ type: "reset" });
      after = await this.#exchange(GIVE_UP);
    }
    this.#recoveries.push(after);
    this.#client.note({ type: "recovered", step, after, limit });
  }

  /**
   * How long it takes until messages are exchanged, in milliseconds. Time in
   * which this thread was blocked or had to wait for a core does not count.
   */
  async #exchange(patience: number): Promise<number> {
    let after = 0;
    const isBack = await this.#client.exchange(async () => {
      const start = performance.now();
      await delay(TICK);
      after += Math.min(performance.now() - start, 2 * TICK);
      return after < patience;
    });
    return isBack ? after : Infinity;
  }

  /** Whether a byte may have been corrupted on its way to the client. */
  get #isCorrupted(): boolean {
    return this.#struck.some(({ on, fault }) =>
      on === "proxy" && fault.type === "corrupt" && fault.direction === "down"
    );
  }
}

/** The options of a client that finds everything out quickly. */
function clientOptions(
  name: string,
  { transport, setup }: LaneOptions,
  host: WorkerHost | undefined,
): ReconnectingWebSocketOptions {
  const { interval, timeout, maxDelay, ...limits } = LIMITS;
  const hooks = new URL("./killer_hooks.ts", import.meta.url);
  hooks.searchParams.set("channel", name);
  const beat = { message: "beat", expect: "beat" };
  return {
    transport,
    ...limits,
    heartbeat: { interval, timeout, ...transport === "native" && beat },
    backoff: { strategy: "exponential", initialDelay: 5, maxDelay },
    ...SETUPS[setup],
    ...host && { worker: host, hooks },
  };
}

function respawnTime(strikes: readonly Strike<ServerFault>[]): number {
  const times = strikes.map((strike) =>
    strike.on === "client" && strike.fault.type === "kill-worker"
      ? RESPAWN[strike.fault.by]
      : 0
  );
  return Math.max(...times);
}
