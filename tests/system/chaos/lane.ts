/**
 * Runs a schedule: one client after the other through one proxy.
 *
 * @module
 */

import { delay } from "@std/async";
import type { ReconnectingWebSocketOptions } from "@holdfast/websocket";
import { startTcpProxy, type TcpProxy } from "../servers/tcp/tcp_proxy.ts";
import { check } from "./check/check.ts";
import { ChaosClient } from "./client.ts";
import { fatalStatusesOf } from "./schedule/fatal_statuses.ts";
import { addUp, type LaneOptions, type LaneResult } from "./run_lanes.ts";
import {
  applyStrike,
  ClientWorker,
  type Life,
  longestRecovery,
  runLives,
  timeToExchange,
} from "./lives.ts";
import type { NumberingServer } from "./server/numbering_server.ts";
import type { ChaosStep, ServerFault } from "./schedule/schedule.ts";
import { type Setup, SETUPS } from "./setups.ts";
import type { Strike } from "./schedule/strikes.ts";

/** What a lane counts. */
export const COUNTS = [
  "clients",
  "connections",
  /** Numbered messages that arrived, both ways together. */
  "messages",
  /** Messages that were on the wire when their connection died. */
  "lostOnTheWire",
] as const;

/** The name of something that a lane counts. */
export type LaneCount = typeof COUNTS[number];

type Result = LaneResult<ChaosStep, LaneCount>;

/** Short limits, so that a fault is found out in a fraction of a second. */
const LIMITS = {
  interval: 100,
  timeout: 250,
  openTimeout: 1_000,
  closeTimeout: 200,
  maxDelay: 50,
} as const;
/**
 * What a busy machine may add, in milliseconds: with ten threads to a core, a
 * handshake takes seconds. The figures that the lab prints are far below.
 */
const SLACK = 3_000;
/** So many steps make a history that can still be held and shrunk. */
const MAX_STEPS = 300;
/** After this it is given up, in milliseconds. */
const GIVE_UP = 20_000;

/** Runs a schedule, from the first step to the last. */
export async function runLane(
  steps: readonly ChaosStep[],
  server: NumberingServer,
  options: LaneOptions<Setup>,
): Promise<Result> {
  await using proxy = await startTcpProxy(server.port);
  const results = await runLives(steps, MAX_STEPS, (number) => {
    const name = `/${options.name}/${number}`;
    return new ChaosLife(name, { proxy, server, options });
  });
  return addUp(COUNTS, results);
}

/** One client, until the schedule is at its end, or a fault was fatal. */
class ChaosLife implements Life<ChaosStep, Result> {
  readonly #name: string;
  readonly #proxy: TcpProxy;
  readonly #server: NumberingServer;
  readonly #client: ChaosClient;
  readonly #worker: ClientWorker;
  readonly #transport: LaneOptions<Setup>["transport"];
  readonly #recoveries: number[] = [];
  readonly #struck: Strike<ServerFault>[] = [];

  constructor(
    name: string,
    { proxy, server, options }: {
      readonly proxy: TcpProxy;
      readonly server: NumberingServer;
      readonly options: LaneOptions<Setup>;
    },
  ) {
    this.#name = name;
    this.#proxy = proxy;
    this.#server = server;
    this.#transport = options.transport;
    this.#worker = new ClientWorker(name, options.worker);
    this.#client = new ChaosClient(proxy.url + name, {
      ...clientOptions(options),
      ...this.#worker.options,
    });
  }

  get isOver(): boolean {
    return this.#client.isClosed || this.#worker.isSpent;
  }

  async step(step: ChaosStep, index: number): Promise<void> {
    this.#client.talk(step.before);
    for (const strike of step.strikes) await this.#strike(strike);
    this.#client.talk(step.during);
    await delay(step.hold);
    await this.#clear();
    await this.#recover(step, index);
  }

  /** Closes the client and judges what was seen in these steps. */
  async end(steps: readonly ChaosStep[]): Promise<Result> {
    await this.#client[Symbol.asyncDispose]();
    await this.#worker[Symbol.asyncDispose]();
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
      counts: {
        clients: 1,
        connections: server.length,
        messages: received + messages,
        lostOnTheWire: Math.max(0, totals.taken - received),
      },
      evidence: violations.length > 0 ? [{ history, steps }] : [],
    };
  }

  async #strike(strike: Strike<ServerFault>): Promise<void> {
    this.#struck.push(strike);
    await applyStrike(strike, {
      proxy: this.#proxy,
      server: (fault) => this.#server.apply(this.#name, fault),
      worker: this.#worker,
      client: this.#client,
    });
  }

  /** Ends what lasts of the faults. Done twice, it is a round trip only. */
  async #clear(): Promise<void> {
    await this.#proxy.apply({ type: "clear" });
    await this.#server.clear(this.#name);
  }

  async #recover(step: ChaosStep, index: number): Promise<void> {
    const limit = longestRecovery({ ...LIMITS, slack: SLACK }, step);
    const patience = this.#isCorrupted ? limit : GIVE_UP;
    const roundTrip = () => this.#clear();
    let after = await timeToExchange(this.#client, { patience, roundTrip });
    if (after === Infinity && this.#isCorrupted) {
      // A length that became larger looks like a large message on a slow line.
      await this.#proxy.apply({ type: "reset" });
      after = await timeToExchange(this.#client, {
        patience: GIVE_UP,
        roundTrip,
      });
    }
    this.#recoveries.push(after);
    this.#client.note({ type: "recovered", step: index, after, limit });
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
  { transport, setup }: LaneOptions<Setup>,
): ReconnectingWebSocketOptions {
  const { interval, timeout, maxDelay, ...limits } = LIMITS;
  const heartbeat = { message: "ping", expect: "ping" };
  return {
    transport,
    ...limits,
    heartbeat: { interval, timeout, ...transport === "native" && heartbeat },
    backoff: { strategy: "exponential", initialDelay: 5, maxDelay },
    ...SETUPS[setup],
  };
}
