/**
 * What the page and its server tell each other.
 *
 * @module
 */

/** Who heartbeats come from. */
export const CLIENTS = ["plain", "holdfast"] as const;

/** A plain `WebSocket`, or ours. */
export type Client = typeof CLIENTS[number];

/** How the server fares. */
export type Health = "up" | "dead" | "packets dropped";

/** What the server saw in one slot of time. */
export interface Sample {
  /** The end of the slot, in milliseconds since the server started. */
  readonly at: number;
  /** The longest silence of each client in it, in milliseconds; `null`: no connection. */
  readonly gaps: Readonly<Record<Client, number | null>>;
  /** How the server fared. */
  readonly health: Health;
}

/** What both clients send every {@linkcode BEAT} milliseconds, and what the server answers. */
export const PING = "ping";
/** The answer. */
export const PONG = "pong";
/** From one heartbeat to the next, in milliseconds. */
export const BEAT = 100;
/** The length of a slot, in milliseconds. */
export const SLOT = 50;
/** How long the tab is frozen, the server dead, or packets are dropped, in milliseconds. */
export const PAUSE = 5_000;
/** How many messages a flood has. */
export const FLOOD = 20_000;
