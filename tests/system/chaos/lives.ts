/**
 * A lane's clients, one after the other, and what both labs do to each of them and
 * measure of it.
 *
 * @module
 */

import { delay } from "@std/async";
import {
  type ReconnectingWebSocketOptions,
  WorkerHost,
} from "@holdfast/websocket";
import type { TcpProxy } from "../servers/tcp/tcp_proxy.ts";
import { block } from "../waiting.ts";
import type { RecoveredEvent } from "./client_events.ts";
import type { LaneOptions } from "./run_lanes.ts";
import type { AnyStep, ClientFault, Strike } from "./schedule/strikes.ts";

/** One client, until the schedule is at its end, or it cannot go on. */
export interface Life<Step, Result> {
  /** Whether its client is closed for good, or has lost too many workers. */
  readonly isOver: boolean;
  step(step: Step, index: number): Promise<void>;
  /** Closes the client and judges what was seen in these steps. */
  end(steps: readonly Step[]): Promise<Result>;
}

/** What is struck and measured. */
export interface LabClient {
  /** Whether `close` has fired. */
  readonly isClosed: boolean;
  /** Makes a new connection. */
  reconnect(): void;
  /**
   * Resolves with `true` once messages are exchanged or the end has come, with
   * `false` once `wait` does, which waits a little.
   */
  exchange(wait: () => Promise<boolean>): Promise<boolean>;
  /** Writes down how long it took to recover. */
  note(recovered: RecoveredEvent): void;
}

/** What makes up the longest way back of a client, in milliseconds. */
export interface RecoveryLimits {
  readonly interval: number;
  readonly timeout: number;
  readonly openTimeout: number;
  readonly maxDelay: number;
  /** What a busy machine may add. */
  readonly slack: number;
}

/** How often it is looked whether messages are exchanged, in milliseconds. */
const TICK = 10;
/** What the death of a worker adds: its watchdog, and its successor's start. */
const RESPAWN = { exception: 2_000, loop: 8_000 } as const;
/** A fifth crash in a row would be the end. */
const MAX_KILLS = 3;

/**
 * Runs a schedule, from the first step to the last.
 *
 * @param steps The schedule.
 * @param maxSteps After so many the next client has its turn.
 * @param begin Makes a client: the first, the second, ...
 * @returns What came of each client.
 */
export async function runLives<Step, Result>(
  steps: readonly Step[],
  maxSteps: number,
  begin: (number: number) => Life<Step, Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let first = 0; first < steps.length;) {
    const life = begin(results.length + 1);
    const end = Math.min(steps.length, first + maxSteps);
    const next = await runLife(life, steps.slice(0, end), first);
    results.push(await life.end(steps.slice(first, next)));
    first = next;
  }
  return results;
}

/** Runs steps, and gives the index of the first that is still to come. */
async function runLife<Step, Result>(
  life: Life<Step, Result>,
  steps: readonly Step[],
  from: number,
): Promise<number> {
  for (const [index, step] of steps.entries()) {
    if (index < from) continue;
    await life.step(step, index);
    if (life.isOver) return index + 1;
  }
  return steps.length;
}

/** The worker of one client: one that can be killed, or the one that all share. */
export class ClientWorker implements AsyncDisposable {
  readonly #name: string;
  readonly #host: WorkerHost | undefined;
  /** Kept open: one that is closed and made anew at once is deaf in Deno. */
  readonly #orders: BroadcastChannel;
  #kills = 0;

  /**
   * Starts nothing yet.
   *
   * @param name Names the channel on which the worker gets the order to die.
   * @param worker Whether it can be killed.
   */
  constructor(name: string, worker: LaneOptions<string>["worker"]) {
    this.#name = name;
    this.#orders = new BroadcastChannel(name);
    this.#host = worker === "own" ? new WorkerHost() : undefined;
  }

  /** What makes a client use it. */
  get options(): Pick<ReconnectingWebSocketOptions, "worker" | "hooks"> {
    if (this.#host === undefined) return {};
    const hooks = new URL("./killer_hooks.ts", import.meta.url);
    hooks.searchParams.set("channel", this.#name);
    return { worker: this.#host, hooks };
  }

  /** Whether one more death might be one too many. */
  get isSpent(): boolean {
    return this.#kills >= MAX_KILLS;
  }

  /** Brings a fault about: in the client, in this thread, or in the worker. */
  strike(client: LabClient, fault: ClientFault): void {
    switch (fault.type) {
      case "reconnect":
        client.reconnect();
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

  /** Ends it, once its client is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#orders.close();
    await this.#host?.[Symbol.asyncDispose]();
  }
}

/**
 * Brings a fault about.
 *
 * @param strike The fault and who brings it about.
 * @param by Those who can; `server` brings about faults of its own kind.
 */
export async function applyStrike<ServerFault>(
  strike: Strike<ServerFault>,
  { proxy, server, worker, client }: {
    readonly proxy: TcpProxy;
    readonly server: (fault: ServerFault) => Promise<void>;
    readonly worker: ClientWorker;
    readonly client: LabClient;
  },
): Promise<void> {
  switch (strike.on) {
    case "proxy":
      await proxy.apply(strike.fault);
      return;
    case "server":
      await server(strike.fault);
      return;
    case "client":
      worker.strike(client, strike.fault);
      return;
  }
}

/**
 * Computes the longest way back: a connection whose death was not noticed before
 * the faults ended, then an attempt that began in the fault and timed out, then
 * one backoff delay, and what a worker's death and a busy machine add.
 *
 * @param limits What it is made of.
 * @param step Whose faults are over.
 * @returns It, in milliseconds.
 */
export function longestRecovery(
  { interval, timeout, openTimeout, maxDelay, slack }: RecoveryLimits,
  { strikes }: AnyStep,
): number {
  const respawns = strikes.map(({ on, fault }) =>
    on === "client" && fault.type === "kill-worker" ? RESPAWN[fault.by] : 0
  );
  return interval + timeout + openTimeout + maxDelay + slack +
    Math.max(...respawns);
}

/**
 * Measures how long it takes until messages are exchanged. Time in which this
 * thread, or one that has to answer, was blocked or had to wait for a core does
 * not count.
 *
 * @param client The client.
 * @param options How it is measured.
 * @returns The time in milliseconds; `Infinity` when it was given up.
 */
export async function timeToExchange(
  client: LabClient,
  { patience, roundTrip }: {
    /** After this it is given up, in milliseconds. */
    readonly patience: number;
    /** Has those threads answer that a message passes through. */
    readonly roundTrip: () => Promise<unknown>;
  },
): Promise<number> {
  let after = 0;
  const isBack = await client.exchange(async () => {
    const start = performance.now();
    await delay(TICK);
    await roundTrip();
    after += Math.min(performance.now() - start, 2 * TICK);
    return after < patience;
  });
  return isBack ? after : Infinity;
}
