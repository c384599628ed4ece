/**
 * The policies to compare: ours, and the defaults of other clients as of
 * 2026-11-21. Each entry names the package, its version, and the place in its
 * source.
 *
 * @module
 */

import type { BackoffOptions } from "../../client/options/options.ts";
import { resolveOptions } from "../../client/options/resolve.ts";
import { HoldfastClients } from "./holdfast_clients.ts";
import { type PeerRule, Peers } from "./peers.ts";
import type { Population } from "./population.ts";
import type { Random } from "./random.ts";

/** How the clients of a fleet reconnect. */
export interface Policy {
  readonly name: string;
  /** Whether all runs are the same, without randomness. */
  readonly deterministic: boolean;
  /** Makes so many connected clients. */
  populate(clients: number, random: Random): Population;
}

/** How long a connection must last to reset the count of failures, in milliseconds. */
const RWS_MIN_UPTIME = 5_000;

const RULES: Readonly<Record<string, PeerRule>> = {
  // phoenix 1.8.16, socket.js: reconnectAfterMs.
  "phoenix.js": {
    delay: (tries) =>
      [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000][tries - 1] ?? 5_000,
  },
  // partysocket 1.3.0, ws.js: DEFAULT and _getNextDelay().
  "partysocket": {
    delay: (tries) => Math.min(3_000 * 1.3 ** (tries - 1), 10_000),
    minUptime: RWS_MIN_UPTIME,
  },
  // @supabase/realtime-js 2.119.0, RealtimeClient.ts: RECONNECT_INTERVALS.
  "supabase": {
    delay: (tries) => [1_000, 2_000, 5_000][tries - 1] ?? 10_000,
  },
  // @microsoft/signalr 10.0.11, DefaultReconnectPolicy.ts: gives up in the end.
  "SignalR": {
    delay: (tries) => [0, 2_000, 10_000, 30_000][tries - 1],
  },
  // sockette 2.0.6: opts.timeout.
  "sockette": { delay: () => 1_000 },
  // socket.io-client 4.8.4, manager.js and contrib/backo2.js: the jitter comes
  // before the cap, to either side by chance.
  "socket.io": {
    delay(tries, random) {
      const grown = 1_000 * 2 ** (tries - 1);
      const deviation = Math.floor(random * 0.5 * grown);
      const isEarly = Math.floor(random * 10) % 2 === 0;
      return Math.min(isEarly ? grown - deviation : grown + deviation, 5_000);
    },
  },
  // centrifuge 5.8.0, backoff() with minReconnectDelay and maxReconnectDelay.
  "centrifuge-js": {
    delay(tries, random) {
      const spread = Math.min(500 * 2 ** (tries - 1), 20_000);
      return Math.min(500 + random * spread, 20_000);
    },
  },
  // reconnecting-websocket 4.4.0: minReconnectionDelay is drawn once per process.
  "reconnecting-websocket": {
    delay: (tries, _random, trait) =>
      Math.min((1_000 + 4_000 * trait) * 1.3 ** (tries - 1), 10_000),
    minUptime: RWS_MIN_UPTIME,
  },
  // websockets 17 for Python, reference/variables: WEBSOCKETS_BACKOFF_*.
  "python websockets": {
    delay: (tries, random) =>
      tries === 1
        ? random * 5_000
        : Math.min(3_100 * 1.618 ** (tries - 2), 90_000),
  },
  // The textbook: exponential with full jitter.
  "full jitter to 30 s": {
    delay: (tries, random) => random * Math.min(500 * 2 ** (tries - 1), 30_000),
  },
};

const DETERMINISTIC: ReadonlySet<string> = new Set([
  "phoenix.js",
  "partysocket",
  "supabase",
  "SignalR",
  "sockette",
]);

/** The policies of other clients. */
export const PEERS: readonly Policy[] = Object.entries(RULES).map(
  ([name, rule]) => ({
    name,
    deterministic: DETERMINISTIC.has(name),
    populate: (clients, random) => new Peers(clients, { rule, random }),
  }),
);

/**
 * Makes a policy of this library.
 *
 * @param options `name` for the table, and `backoff` where it differs from the
 * defaults.
 * @throws {TypeError | RangeError} As the constructor of a socket does.
 */
export function holdfast(
  { name = "holdfast", backoff }: {
    readonly name?: string;
    readonly backoff?: BackoffOptions;
  } = {},
): Policy {
  // The simulated servers answer each ping.
  const { setup } = resolveOptions("wss://example.com", [], {
    heartbeat: false,
    ...backoff !== undefined && { backoff },
  });
  const { config } = setup;
  return {
    name,
    deterministic: false,
    populate: (clients, random) =>
      new HoldfastClients(clients, { config, random }),
  };
}
