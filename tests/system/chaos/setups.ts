/**
 * The options under which the lab runs, besides its short limits.
 *
 * @module
 */

import type { ReconnectingWebSocketOptions } from "@holdfast/websocket";

/** Ways to be set up, by name. */
export const SETUPS = {
  plain: {},
  /** Ten messages fit, and the oldest has to go. */
  "drop-oldest": { outbox: { maxMessages: 10, overflow: "drop-oldest" } },
  "drop-newest": { outbox: { maxMessages: 10, overflow: "drop-newest" } },
  /** `send()` throws. */
  reject: { outbox: { maxMessages: 10, overflow: "reject" } },
  ttl: { outbox: { ttl: 20 } },
  "in-thread": { worker: "none" },
  /** Floods are held back, or end a connection where they cannot. */
  "small-inbox": { inbox: { maxMessages: 20, overflow: "pause" } },
  "lossy-inbox": { inbox: { maxMessages: 20, overflow: "drop-oldest" } },
  "idle-timeout": { heartbeat: false, idleTimeout: 200 },
} as const satisfies Readonly<Record<string, ReconnectingWebSocketOptions>>;

/** A way to be set up. */
export type Setup = keyof typeof SETUPS;

/** Their names. `SETUPS` has these keys, and no others. */
export const SETUP_NAMES = Object.keys(SETUPS) as readonly Setup[];
