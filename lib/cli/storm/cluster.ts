/**
 * The servers of a simulation: which client is connected to which server, and how
 * an attempt is answered.
 *
 * @module
 */

import type { Answer } from "./population.ts";
import type { Random } from "./random.ts";
import { type Scenario, WINDOW } from "./scenario.ts";

const OPENED: Answer = { kind: "opened" };
const REFUSED: Answer = { kind: "refused" };
const NOWHERE = 255;

/** Servers behind a balancer that sends each client to a random one that is up. */
export class Cluster {
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #busy: Answer;
  /** The server of each client. */
  readonly #homes: Uint8Array;
  #up: readonly number[];
  #pending: Scenario["outages"];
  #window = -1;
  #taken = 0;
  #backAt = 0;

  /** Makes servers that are all up, with all clients connected. */
  constructor(scenario: Scenario, random: Random) {
    const { servers, clients, retryAfter } = scenario;
    this.#scenario = scenario;
    this.#random = random;
    this.#busy = {
      kind: "busy",
      ...retryAfter !== undefined && { retryAfter },
    };
    this.#homes = Uint8Array.from({ length: clients }, (_, i) => i % servers);
    this.#up = Array.from({ length: servers }, (_, server) => server);
    this.#pending = scenario.outages;
  }

  /** Whether all outages are over. */
  get isSettled(): boolean {
    return this.#pending.length === 0;
  }

  /** When the first server came back after the last time without any, in milliseconds. */
  get backAt(): number {
    return this.#backAt;
  }

  /** Starts and ends outages; gives the clients that lose their connection. */
  *pass(now: number): Generator<number> {
    const next = this.#pending[0];
    if (next === undefined) return;
    if (now === next.from) {
      this.#up = this.#up.filter((server) => server !== next.server);
      for (let client = 0; client < this.#homes.length; client += 1) {
        if (this.#homes[client] !== next.server) continue;
        this.#homes[client] = NOWHERE;
        yield client;
      }
    }
    if (now === next.until) {
      if (this.#up.length === 0) this.#backAt = now;
      this.#up = [...this.#up, next.server];
      this.#pending = this.#pending.slice(1);
    }
  }

  /** Answers an attempt. */
  answer(client: number, now: number): Answer {
    if (this.#up.length === 0) return REFUSED;
    const window = Math.floor(now / WINDOW);
    if (window !== this.#window) {
      this.#window = window;
      this.#taken = 0;
    }
    if (this.#taken >= this.#scenario.capacity) return this.#busy;
    this.#taken += 1;
    const place = Math.floor(this.#random() * this.#up.length);
    this.#homes[client] = this.#up[place]!;
    return OPENED;
  }
}
