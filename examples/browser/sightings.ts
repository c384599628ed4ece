/**
 * What the server sees of the two clients of one visitor.
 *
 * @module
 */

import { type Client, type Health, type Sample, SLOT } from "./seen.ts";

/** So many samples are kept: a minute. */
const KEPT = 60_000 / SLOT;

interface Sighting {
  socket: WebSocket | undefined;
  lastAt: number;
  /** In the present slot. */
  longest: number;
}

/** The heartbeats of one visitor's clients. Times are in milliseconds. */
export class Sightings {
  readonly #clients: Record<Client, Sighting> = {
    plain: { socket: undefined, lastAt: 0, longest: 0 },
    holdfast: { socket: undefined, lastAt: 0, longest: 0 },
  };
  #samples: Sample[] = [];

  /** What was seen in the last minute, oldest first. */
  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** How many connections there are. */
  get connections(): number {
    return Object.values(this.#clients)
      .filter(({ socket }) => socket !== undefined).length;
  }

  /** A connection of a client is open. */
  opened(client: Client, socket: WebSocket, now: number): void {
    this.#clients[client] = { socket, lastAt: now, longest: 0 };
  }

  /** A connection of a client is closed; its successor may be open already. */
  closed(client: Client, socket: WebSocket): void {
    const sighting = this.#clients[client];
    if (sighting.socket === socket) sighting.socket = undefined;
  }

  /** A message of a client has arrived. */
  heard(client: Client, now: number): void {
    const sighting = this.#clients[client];
    sighting.longest = Math.max(sighting.longest, now - sighting.lastAt);
    sighting.lastAt = now;
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
    for (const { socket } of Object.values(this.#clients)) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(message);
    }
  }
}

function takeGap(sighting: Sighting, now: number): number | null {
  if (sighting.socket === undefined) return null;
  const gap = Math.max(sighting.longest, now - sighting.lastAt);
  sighting.longest = 0;
  return Math.round(gap);
}
