/**
 * Runs a schedule of a session: one client after the other, through one proxy, to
 * servers that die and come back.
 *
 * @module
 */

import { delay } from "@std/async";
import type { ReconnectingWebSocketOptions } from "@holdfast/websocket";
import { startTcpProxy, type TcpProxy } from "../../servers/tcp/tcp_proxy.ts";
import { addUp, type LaneOptions, type LaneResult } from "../run_lanes.ts";
import {
  applyStrike,
  ClientWorker,
  type Life,
  longestRecovery,
  runLives,
  timeToExchange,
} from "../lives.ts";
import { checkSession } from "./check/check.ts";
import { SessionClient } from "./client.ts";
import type { ServerEvent, SessionHistory } from "./check/history.ts";
import type { SessionStep, StoreName, Traffic } from "./schedule.ts";
import { NodeService } from "./nodes/node_service.ts";
import { ServerLives } from "./server/server_lives.ts";
import type { Service } from "./server/service.ts";
import { type SetupName, SETUPS } from "./setups.ts";

/** What a lane counts. */
export const COUNTS = [
  "clients",
  /** Messages that came to an application, both ways together. */
  "messages",
  /** Of these, those that came again and were flagged. */
  "redelivered",
  "resumes",
  "lostSessions",
  /** Messages of which the loss was reported. */
  "reported",
  "serverDeaths",
] as const;

/** The name of something that a lane counts. */
export type LaneCount = typeof COUNTS[number];

type Result = LaneResult<SessionStep, LaneCount>;

/** Short limits, so that a fault is found out in a fraction of a second. */
const LIMITS = {
  interval: 150,
  timeout: 300,
  openTimeout: 1_000,
  maxDelay: 50,
} as const;
/** `close()` waits for acceptance, and connects again for it, in milliseconds. */
const CLOSE_TIMEOUT = 3_000;
/** What a busy machine may add, in milliseconds. */
const SLACK = 8_000;
/** So many steps make a history that can still be held and shrunk. */
const MAX_STEPS = 40;
/** After this it is given up, in milliseconds. */
const GIVE_UP = 30_000;

/** Runs a schedule, from the first step to the last, on servers of its own. */
export async function runLane(
  steps: readonly SessionStep[],
  options: LaneOptions<SetupName>,
  store: StoreName = "sqlite",
): Promise<Result> {
  const { setup } = options;
  await using server = store === "sqlite"
    ? await ServerLives.start(setup)
    : await NodeService.start(setup, store);
  await using proxy = await startTcpProxy(server.port);
  const results = await runLives(steps, MAX_STEPS, (number) => {
    // The path is the principal.
    const name = `/${options.name}/${number}`;
    return new SessionLife(name, { proxy, server, options });
  });
  return addUp(COUNTS, results);
}

/** One client, from its first session to its good-bye. */
class SessionLife implements Life<SessionStep, Result> {
  readonly #proxy: TcpProxy;
  readonly #server: Service;
  readonly #client: SessionClient;
  readonly #worker: ClientWorker;
  readonly #setup: SetupName;
  readonly #recoveries: number[] = [];

  constructor(
    name: string,
    { proxy, server, options }: {
      readonly proxy: TcpProxy;
      readonly server: Service;
      readonly options: LaneOptions<SetupName>;
    },
  ) {
    const { setup, worker } = options;
    this.#proxy = proxy;
    this.#server = server;
    this.#setup = setup;
    this.#worker = new ClientWorker(name, worker);
    this.#client = new SessionClient(
      proxy.url + name,
      { ...clientOptions(options), ...this.#worker.options },
      SETUPS[setup].reads,
    );
  }

  get isOver(): boolean {
    return this.#client.isClosed || this.#worker.isSpent;
  }

  async step(step: SessionStep, index: number): Promise<void> {
    this.#talk(step.before);
    for (const strike of step.strikes) {
      await applyStrike(strike, {
        proxy: this.#proxy,
        server: (fault) => this.#server.strike(fault, this.#client.session),
        worker: this.#worker,
        client: this.#client,
      });
    }
    this.#talk(step.during);
    await delay(step.hold);
    await this.#clear();
    await this.#server.calm();
    await this.#recover(step, index);
  }

  /** Closes the client and judges what was seen in these steps. */
  async end(steps: readonly SessionStep[]): Promise<Result> {
    const last = steps.at(-1);
    if (last) this.#talk(last.during);
    await this.#client.close();
    await this.#worker[Symbol.asyncDispose]();
    const { events: client, totals } = this.#client;
    const isFarewell = client.some((event) =>
      event.type === "close" && event.code === 1000
    );
    const { session } = this.#client;
    // Without a good-bye its session would end some minutes later.
    if (session !== undefined && !isFarewell) {
      await this.#server.endSession(session);
    }
    const server = await this.#server.history(session);
    const history = { client, server, totals, ...settingsOf(this.#setup) };
    const violations = checkSession(history);
    return {
      counts: countsOf(client, server),
      violations,
      recoveries: this.#recoveries,
      evidence: violations.length > 0 ? [{ history, steps }] : [],
    };
  }

  #talk(traffic: Traffic): void {
    const { session } = this.#client;
    if (session !== undefined && traffic.pushes > 0) {
      this.#server.push(session, traffic.pushes, traffic.size);
    }
    this.#client.talk(traffic);
  }

  /** Ends the faults of the network. Done twice, it is a round trip only. */
  async #clear(): Promise<void> {
    await this.#proxy.apply({ type: "clear" });
  }

  async #recover(step: SessionStep, index: number): Promise<void> {
    const limit = longestRecovery({ ...LIMITS, slack: SLACK }, step);
    const after = await timeToExchange(this.#client, {
      patience: GIVE_UP,
      roundTrip: () => this.#clear(),
    });
    this.#recoveries.push(after);
    this.#client.note({ type: "recovered", step: index, after, limit });
  }
}

/** The options of a client that finds everything out quickly. */
function clientOptions(
  { transport, setup }: LaneOptions<SetupName>,
): ReconnectingWebSocketOptions {
  const { interval, timeout, maxDelay, openTimeout } = LIMITS;
  return {
    transport,
    openTimeout,
    closeTimeout: CLOSE_TIMEOUT,
    heartbeat: { interval, timeout },
    backoff: { strategy: "exponential", initialDelay: 5, maxDelay },
    ...SETUPS[setup].client,
  };
}

function settingsOf(
  setup: SetupName,
): Pick<SessionHistory, "onUnknown" | "ack" | "overflow"> {
  return {
    onUnknown: setup === "resend" ? "resend" : "drop",
    ack: setup === "ack-received" ? "received" : "consumed",
    overflow: setup === "lossy-buffer" ? "drop-oldest" : "reject",
  };
}

function countsOf(
  client: SessionHistory["client"],
  server: readonly ServerEvent[],
): Result["counts"] {
  const handlings = server.filter((event) => event.type === "handling");
  const received = client.filter(({ type }) => type === "message").length;
  const openings = client.filter((event) => event.type === "open");
  const drops = client.filter((event) => event.type === "drop");
  return {
    clients: 1,
    messages: handlings.length + received,
    redelivered: handlings.filter(({ redelivered }) => redelivered).length,
    resumes: openings.filter(({ kind }) => kind === "resumed").length,
    lostSessions: openings.filter(({ kind }) => kind === "lost").length,
    reported: drops.reduce((sum, { count }) => sum + count, 0),
    serverDeaths: server.filter(({ type }) => type === "life").length,
  };
}
