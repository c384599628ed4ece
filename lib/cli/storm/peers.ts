/**
 * Clients of other libraries, reduced to their delays and to when they forget
 * failures. None of them obeys `Retry-After`: a browser hides it.
 *
 * @module
 */

import type { Answer, Population } from "./population.ts";
import type { Random } from "./random.ts";

/** The delays of a client. */
export interface PeerRule {
  /**
   * Gives a delay in milliseconds, or `undefined` to give up.
   *
   * @param tries Which attempt since the connection was lost, from 1.
   * @param random Uniform in [0, 1), new each time.
   * @param trait Uniform in [0, 1), one for each client.
   */
  delay(tries: number, random: number, trait: number): number | undefined;
  /** How long a connection must last to reset the count, in milliseconds; default 0. */
  readonly minUptime?: number;
}

/** Clients that follow a rule. */
export class Peers implements Population {
  readonly #rule: PeerRule;
  readonly #random: Random;
  readonly #tries: Uint32Array;
  readonly #openedAt: Float64Array;
  readonly #traits: Float64Array;

  /**
   * Makes connected clients.
   *
   * @param clients How many.
   * @param policy Their rule, and their source of randomness.
   */
  constructor(
    clients: number,
    { rule, random }: { readonly rule: PeerRule; readonly random: Random },
  ) {
    this.#rule = rule;
    this.#random = random;
    this.#tries = new Uint32Array(clients);
    this.#openedAt = new Float64Array(clients).fill(-Infinity);
    this.#traits = Float64Array.from({ length: clients }, random);
  }

  lose(client: number, now: number): number {
    const uptime = now - this.#openedAt[client]!;
    if (uptime >= (this.#rule.minUptime ?? 0)) this.#tries[client] = 0;
    return this.#next(client, now);
  }

  attempt(client: number, now: number, answer: Answer): number {
    if (answer.kind !== "opened") return this.#next(client, now);
    this.#openedAt[client] = now;
    return Infinity;
  }

  #next(client: number, now: number): number {
    const tries = this.#tries[client]! + 1;
    this.#tries[client] = tries;
    const trait = this.#traits[client]!;
    return now + (this.#rule.delay(tries, this.#random(), trait) ?? Infinity);
  }
}
