/**
 * Runs a schedule of a session: one client after the other, through one proxy, to
 * one server that dies and comes back.
 *
 * @module
 */

import { delay } from "@std/async";
import {
  type ReconnectingWebSocketOptions,
  WorkerHost,
} from "@holdfast/websocket";
import type { TransportName } from "../../../../lib/connection/config/transports.ts";
import { startTcpProxy, type TcpProxy } from "../../servers/tcp_proxy.ts";
import { block } from "../../waiting.ts";
import type { ClientFault, Strike } from "../strikes.ts";
import { checkSession } from "./check.ts";
import type { Violation } from "./violation.ts";
import { SessionClient } from "./client.ts";
import type { ServerEvent, SessionHistory } from "./history.ts";
import type { ServerFault, SessionStep, Traffic } from "./schedule.ts";
import { type ServerLives, startServerLives } from "./server_lives.ts";
import { type SetupName, SETUPS } from "./setups.ts";

/** Which way a lane goes. */
export interface LaneOptions {
  /** The path, which is the principal. */
  readonly name: string;
  readonly transport: TransportName;
  readonly setup: SetupName;
  /** Whether each client has a worker of its own, which can be killed. */
  readonly worker: "shared" | "mortal";
}

/** What came of a lane. */
export interface LaneResult {
  readonly violations: readonly Violation[];
  /** Per step, in milliseconds. */
  readonly recoveries: readonly number[];
  readonly clients: number;
  /** Messages that came to an application, both ways together. */
  readonly messages: number;
  /** Of these, those that came again and were flagged. */
  readonly redelivered: number;
  readonly resumes: number;
  readonly lostSessions: number;
  /** Messages of which the loss was told. */
  readonly told: number;
  readonly serverDeaths: number;
  /** The first client whose history was found wrong. */
  readonly evidence: Evidence | undefined;
}

/** A history that was found wrong, and the steps that led to it. */
export interface Evidence {
  readonly history: SessionHistory;
  readonly steps: readonly SessionStep[];
}

/** Short limits, so that a fault is found out in a fraction of a second. */
const LIMITS = {
  interval: 150,
  timeout: 300,
  openTimeout: 1_000,
  maxDelay: 50,
} as const;
/** `close()` waits for acceptance, and connects again for it, in milliseconds. */
const CLOSE_TIMEOUT = 3_000;
/** The longest way back: found out, tried in vain, tried again. */
const RECOVERY = LIMITS.interval + LIMITS.timeout + LIMITS.openTimeout +
  LIMITS.maxDelay;
/** What a busy machine may add, in milliseconds. */
const SLACK = 8_000;
/** How often it is looked whether messages are exchanged, in milliseconds. */
const TICK = 10;
/** What the death of a worker adds: its watchdog, and its successor's start. */
const RESPAWN = { exception: 2_000, loop: 8_000 } as const;
/** A fifth crash in a row would be the end. */
const MAX_KILLS = 3;
/** So many steps make a history that can still be held and shrunk. */
const MAX_STEPS = 40;
/** After this it is given up, in milliseconds. */
const GIVE_UP = 30_000;

/** Runs a schedule, from the first step to the last. */
export async function runLane(
  steps: readonly SessionStep[],
  options: LaneOptions,
): Promise<LaneResult> {
  await using server = await startServerLives(options.setup);
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
  messages: 0,
  redelivered: 0,
  resumes: 0,
  lostSessions: 0,
  told: 0,
  serverDeaths: 0,
  evidence: undefined,
};

/** Adds two results. */
export function add(one: LaneResult, other: LaneResult): LaneResult {
  return {
    violations: [...one.violations, ...other.violations],
    recoveries: [...one.recoveries, ...other.recoveries],
    clients: one.clients + other.clients,
    messages: one.messages + other.messages,
    redelivered: one.redelivered + other.redelivered,
    resumes: one.resumes + other.resumes,
    lostSessions: one.lostSessions + other.lostSessions,
    told: one.told + other.told,
    serverDeaths: one.serverDeaths + other.serverDeaths,
    evidence: one.evidence ?? other.evidence,
  };
}

/** One client, from its first session to its good-bye. */
class Life {
  readonly #proxy: TcpProxy;
  readonly #server: ServerLives;
  readonly #client: SessionClient;
  readonly #setup: SetupName;
  readonly #host: WorkerHost | undefined;
  /** Kept open: one that is closed and made anew at once is deaf in Deno. */
  readonly #orders: BroadcastChannel;
  readonly #recoveries: number[] = [];
  #kills = 0;

  constructor(
    name: string,
    { proxy, server, options }: {
      readonly proxy: TcpProxy;
      readonly server: ServerLives;
      readonly options: LaneOptions;
    },
  ) {
    const { setup, worker } = options;
    this.#orders = new BroadcastChannel(name);
    this.#proxy = proxy;
    this.#server = server;
    this.#setup = setup;
    this.#host = worker === "mortal" ? new WorkerHost() : undefined;
    this.#client = new SessionClient(
      proxy.url + name,
      clientOptions(name, options, this.#host),
      SETUPS[setup].reads,
    );
  }

  /** Runs steps, and gives the index of the first that is still to come. */
  async run(steps: readonly SessionStep[], from: number): Promise<number> {
    for (const [index, step] of steps.entries()) {
      if (index < from) continue;
      await this.#step(step, index);
      const isSpent = this.#kills >= MAX_KILLS || index + 1 - from >= MAX_STEPS;
      if (this.#client.isClosed || isSpent) return index + 1;
    }
    return steps.length;
  }

  /** Closes the client and judges what was seen in these steps. */
  async end(steps: readonly SessionStep[]): Promise<LaneResult> {
    const last = steps.at(-1);
    if (last) this.#talk(last.during);
    await this.#client.close();
    this.#orders.close();
    await this.#host?.[Symbol.asyncDispose]();
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
      ...summary(client, server),
      violations,
      recoveries: this.#recoveries,
      evidence: violations.length > 0 ? { history, steps } : undefined,
    };
  }

  async #step(step: SessionStep, index: number): Promise<void> {
    this.#talk(step.before);
    for (const strike of step.strikes) await this.#strike(strike);
    this.#talk(step.during);
    await delay(step.hold);
    await this.#proxy.apply({ type: "clear" });
    await this.#recover(step, index);
  }

  #talk(traffic: Traffic): void {
    const { session } = this.#client;
    if (session !== undefined && traffic.pushes > 0) {
      this.#server.push(session, traffic.pushes, traffic.size);
    }
    this.#client.talk(traffic);
  }

  async #strike(strike: Strike<ServerFault>): Promise<void> {
    switch (strike.on) {
      case "proxy":
        await this.#proxy.apply(strike.fault);
        return;
      case "server":
        await this.#strikeServer(strike.fault);
        return;
      case "client":
        this.#strikeClient(strike.fault);
        return;
    }
  }

  async #strikeServer(fault: ServerFault): Promise<void> {
    const { session } = this.#client;
    switch (fault.type) {
      case "kill":
        return await this.#server.kill();
      case "stop":
        return await this.#server.stop(fault.milliseconds);
      case "drain":
        return await this.#server.drain();
      case "wipe":
        return await this.#server.wipe();
      case "snapshot":
        return this.#server.snapshot();
      case "roll-back":
        return await this.#server.rollBack();
      case "end-session":
        if (session !== undefined) await this.#server.endSession(session);
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

  async #recover({ strikes }: SessionStep, step: number): Promise<void> {
    const limit = RECOVERY + SLACK + respawnTime(strikes);
    const after = await this.#exchange();
    this.#recoveries.push(after);
    this.#client.note({ type: "recovered", step, after, limit });
  }

  /**
   * How long it takes until messages are exchanged, in milliseconds. Time in
   * which this thread was blocked or had to wait for a core does not count.
   */
  async #exchange(): Promise<number> {
    let after = 0;
    const isBack = await this.#client.exchange(async () => {
      const start = performance.now();
      await delay(TICK);
      after += Math.min(performance.now() - start, 2 * TICK);
      return after < GIVE_UP;
    });
    return isBack ? after : Infinity;
  }
}

/** The options of a client that finds everything out quickly. */
function clientOptions(
  name: string,
  { transport, setup }: LaneOptions,
  host: WorkerHost | undefined,
): ReconnectingWebSocketOptions {
  const { interval, timeout, maxDelay, openTimeout } = LIMITS;
  const hooks = new URL("../killer_hooks.ts", import.meta.url);
  hooks.searchParams.set("channel", name);
  return {
    transport,
    openTimeout,
    closeTimeout: CLOSE_TIMEOUT,
    heartbeat: { interval, timeout },
    backoff: { strategy: "exponential", initialDelay: 5, maxDelay },
    ...SETUPS[setup].client,
    ...host && { worker: host, hooks },
  };
}

function settingsOf(
  setup: SetupName,
): Pick<SessionHistory, "onUnknown" | "ack"> {
  return {
    onUnknown: setup === "resend" ? "resend" : "drop",
    ack: setup === "ack-received" ? "received" : "consumed",
  };
}

function summary(
  client: SessionHistory["client"],
  server: readonly ServerEvent[],
): Omit<LaneResult, "violations" | "recoveries" | "evidence"> {
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
    told: drops.reduce((sum, { count }) => sum + count, 0),
    serverDeaths: server.filter(({ type }) => type === "life").length,
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
