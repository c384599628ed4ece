/**
 * What the server observes of the two clients of one visitor.
 *
 * @module
 */

import { type Client, type Health, type Sample, SLOT } from "./protocol.ts";

/** How many samples are kept: those of a minute. */
const KEPT = 60_000 / SLOT;

/** What sends to a client of a visitor. */
export interface Reached {
  /** Sends a message, if the client is there. */
  send(message: string): void;
}

interface Observation {
  reached: Reached | undefined;
  lastAt: number;
  /** In the present slot. */
  longest: number;
}

/** The silence of one visitor's clients. Times are in milliseconds. */
export class Observations {
  readonly #clients: Record<Client, Observation> = {
    plain: { reached: undefined, lastAt: 0, longest: 0 },
    holdfast: { reached: undefined, lastAt: 0, longest: 0 },
  };
  #samples: Sample[] = [];

  /** The samples of the last minute, oldest first. */
  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** How many connections there are. */
  get connections(): number {
    return Object.values(this.#clients)
      .filter(({ reached }) => reached !== undefined).length;
  }

  /** A connection of a client is open. */
  opened(client: Client, reached: Reached, now: number): void {
    this.#clients[client] = { reached, lastAt: now, longest: 0 };
  }

  /** A connection of a client is closed; its successor may be open already. */
  closed(client: Client, reached: Reached): void {
    const observation = this.#clients[client];
    if (observation.reached === reached) observation.reached = undefined;
  }

  /** A message of a client has arrived. */
  received(client: Client, now: number): void {
    const observation = this.#clients[client];
    observation.longest = Math.max(
      observation.longest,
      now - observation.lastAt,
    );
    observation.lastAt = now;
  }

  /** Ends a slot. */
  take(now: number, health: Health): Sample {
    const gaps = {
      plain: takeGap(this.#clients.plain, now),
      holdfast: takeGap(this.#clients.holdfast, now),
    };
    const sample = { at: Math.round(now), gaps, health };
    this.#samples = [...this.#samples.slice(1 - KEPT), sample];
    return sample;
  }

  /** Sends to all clients. */
  send(message: string): void {
    for (const { reached } of Object.values(this.#clients)) {
      reached?.send(message);
    }
  }
}

function takeGap(observation: Observation, now: number): number | null {
  if (observation.reached === undefined) return null;
  const gap = Math.max(observation.longest, now - observation.lastAt);
  observation.longest = 0;
  return Math.round(gap);
}
