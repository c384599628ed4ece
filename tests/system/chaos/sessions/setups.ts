/**
 * The options under which sessions run in the lab, besides its short limits.
 *
 * @module
 */

import type { ReconnectingWebSocketOptions } from "@holdfast/websocket";
import type { SessionServerOptions } from "../../../../lib/server/mod.ts";

/** A way to be set up. */
export interface Setup {
  readonly client: ReconnectingWebSocketOptions;
  readonly server: Partial<SessionServerOptions>;
  /** Whether messages come by events, or are pulled. */
  readonly reads: "events" | "pulls";
  readonly behind: "Deno.serve" | "ws";
}

/** What a handler may take when its session moves, in milliseconds. */
export const TAKEOVER_TIMEOUT = 150;

const PLAIN: Setup = {
  client: { session: true },
  server: {},
  reads: "events",
  behind: "Deno.serve",
};

/** Ways to be set up, by name. */
export const SETUPS = {
  plain: PLAIN,
  "behind-ws": { ...PLAIN, behind: "ws" },
  /** Both ends stop for each other all the time. */
  "small-windows": {
    ...PLAIN,
    client: { session: { window: { messages: 4, bytes: 30_000 } } },
    server: { window: { messages: 3, bytes: 30_000 } },
  },
  pulls: { ...PLAIN, reads: "pulls", behind: "ws" },
  "in-thread": { ...PLAIN, client: { session: true, worker: "none" } },
  /** `send()` of the server is refused now and then. */
  "full-buffer": { ...PLAIN, server: { buffer: { maxMessages: 20 } } },
  /** The client learns what it missed. */
  "lossy-buffer": {
    ...PLAIN,
    server: { buffer: { maxMessages: 20, overflow: "drop-oldest" } },
  },
  "ack-received": {
    ...PLAIN,
    client: { session: { ack: "received" } },
    behind: "ws",
  },
  resend: { ...PLAIN, client: { session: { onUnknown: "resend" } } },
} as const satisfies Readonly<Record<string, Setup>>;

/** The name of a way to be set up. */
export type SetupName = keyof typeof SETUPS;

/** Their names. `SETUPS` has these keys, and no others. */
export const SETUP_NAMES = Object.keys(SETUPS) as readonly SetupName[];
