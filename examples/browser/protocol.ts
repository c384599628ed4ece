/**
 * What the page and its server exchange.
 *
 * @module
 */

/** The names of the clients. */
export const CLIENTS = ["plain", "holdfast"] as const;

/** A plain `WebSocket`, or ours. */
export type Client = typeof CLIENTS[number];

/** The state of the server: up, or with a fault. */
export type Health = "up" | "dead" | "packets dropped";

/** What the server observed in one slot of time. */
export interface Sample {
  /** The end of the slot, in milliseconds since the server started. */
  readonly at: number;
  /** The longest silence of each client in it, in milliseconds; `null`: no connection. */
  readonly gaps: Readonly<Record<Client, number | null>>;
  /** The state of the server. */
  readonly health: Health;
}

/** What both clients send every {@linkcode PING_INTERVAL} milliseconds. */
export const PING = "ping";
/** The answer of the server. */
export const PONG = "pong";
/** From one ping to the next, in milliseconds. */
export const PING_INTERVAL = 100;
/** From one numbered message to the next, in milliseconds. */
export const MESSAGE_INTERVAL = 50;
/** The length of a slot, in milliseconds. */
export const SLOT = 50;
/** How long the tab is frozen, the server dead, or packets are dropped, in milliseconds. */
export const FAULT_DURATION = 5_000;
/** The number of messages of a flood. */
export const FLOOD = 20_000;
