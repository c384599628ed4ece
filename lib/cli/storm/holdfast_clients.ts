/**
 * Clients of this library: each one runs the real state machine with the real
 * backoff. Only time, randomness and the network are simulated.
 *
 * @module
 */

import { LOST } from "../../rfc6455/close.ts";
import type { Config } from "../../connection/config/config.ts";
import {
  newConnection,
  nextDeadline,
  transition,
} from "../../connection/transition.ts";
import type { Failure } from "../../connection/failure.ts";
import type { Agreed, Event, State } from "../../connection/state.ts";
import type { Answer, Population } from "./population.ts";
import type { Random } from "./random.ts";

const REFUSED: Failure = {
  type: "connect",
  kind: "refused",
  detail: "Connection refused",
};

const AGREED: Agreed = {
  protocol: "",
  extensions: "",
  pings: "frames",
  output: "direct",
};

/** Clients that run {@linkcode transition}. */
export class HoldfastClients implements Population {
  readonly #states: State[];
  readonly #config: Config;
  readonly #random: Random;

  /**
   * Makes connected clients.
   *
   * @param clients How many.
   * @param policy Their configuration, and their source of randomness.
   */
  constructor(
    clients: number,
    { config, random }: { readonly config: Config; readonly random: Random },
  ) {
    this.#config = config;
    this.#random = random;
    this.#states = Array<State>(clients).fill(this.#longOpen());
  }

  lose(client: number, now: number): number {
    return this.#end(client, now);
  }

  attempt(client: number, now: number, answer: Answer): number {
    this.#step(client, now, { type: "due" });
    const socket = this.#socketOf(client);
    this.#step(client, now, { type: "resolved", socket });
    switch (answer.kind) {
      case "opened":
        return this.#step(client, now, {
          type: "opened",
          socket,
          agreed: AGREED,
        });
      case "refused":
        return this.#end(client, now, REFUSED);
      case "busy":
        return this.#end(client, now, busy(answer.retryAfter));
    }
  }

  /** A client that has been open so long that earlier failures do not count. */
  #longOpen(): State {
    const now = -2 * this.#config.stableAfter;
    const events: readonly Event[] = [
      { type: "connect" },
      { type: "resolved", socket: 1 },
      {
        type: "opened",
        socket: 1,
        agreed: AGREED,
      },
    ];
    return events.reduce<State>(
      (state, event) => this.#next(state, event, now),
      newConnection(now),
    );
  }

  #end(client: number, now: number, failure?: Failure): number {
    return this.#step(client, now, {
      type: "ended",
      socket: this.#socketOf(client),
      info: LOST,
      ...failure !== undefined && { failure },
    });
  }

  #step(client: number, now: number, event: Event): number {
    const state = this.#next(this.#states[client]!, event, now);
    this.#states[client] = state;
    return nextDeadline(state, { config: this.#config });
  }

  #next(state: State, event: Event, now: number): State {
    return transition(state, event, {
      config: this.#config,
      now: { monotonic: now, wall: now },
      random: this.#random(),
    }).state;
  }

  #socketOf(client: number): number {
    const state = this.#states[client]!;
    if (state.kind === "connecting" || state.kind === "open") {
      return state.socket;
    }
    throw new Error(`A client that is ${state.kind} has no socket`);
  }
}

function busy(retryAfter: number | undefined): Failure {
  return {
    type: "handshake",
    status: 503,
    headers: {},
    detail: "Service Unavailable",
    ...retryAfter !== undefined && { retryAfter },
  };
}
