/**
 * The configuration of one connection: resolved and cloneable. The public
 * options are in `client/options/options.ts`, their rules and defaults in
 * `client/options/table.ts`.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import type { InboxConfig } from "../../queue/inbox.ts";
import type { Backoff } from "../backoff/backoff.ts";
import type { Pattern } from "./pattern.ts";

/** How a dead peer is detected. Durations in milliseconds. */
export interface HeartbeatConfig {
  readonly interval: number;
  readonly timeout: number;
  /** What to send instead of a ping frame; `hook`: the result of `ping()`. */
  readonly message?: Data | { readonly hook: true };
  /** What counts as its answer; `hook`: what `isPong()` accepts. */
  readonly expect?: Pattern | { readonly hook: true };
  /** Whether answers reach the application. */
  readonly deliver: boolean;
  /** The answer to a server's own application ping. */
  readonly reply?: { readonly to: Pattern; readonly with: Data };
}

/** What is exchanged before the connection counts as open. */
export interface GreetingConfig {
  readonly send?: Data;
  readonly expect?: Pattern;
  readonly reject: readonly Pattern[];
  /** Milliseconds. */
  readonly timeout: number;
  /** Whether `greeting()` of the hooks module does the exchange. */
  readonly hook: boolean;
}

/**
 * The configuration of the connection machine. Durations in milliseconds. A field that
 * is optional may be left out by a `WorkerWebSocket`, which has no such option.
 */
export interface Config {
  readonly openTimeout: number;
  readonly closeTimeout: number;
  readonly stableAfter: number;
  readonly backoff: Backoff & {
    readonly maxAttempts: number;
    readonly maxElapsed: number;
  };
  readonly heartbeat?: HeartbeatConfig;
  readonly probeTimeout: number;
  readonly idleTimeout: number;
  readonly fatalCloseCodes: readonly number[];
  readonly inbox: InboxConfig;
  readonly maxMessageSize: number;
  readonly greeting?: GreetingConfig;
  /** Whether there is a token, and a source for a new one. */
  readonly renewableToken: boolean;
}

/**
 * The configuration of a `WorkerWebSocket`: the platform has no heartbeat, no time limit
 * and no bound, and does not reconnect.
 */
export const PLATFORM_CONFIG: Config = {
  openTimeout: Infinity,
  // As long as Chromium waits.
  closeTimeout: 60_000,
  stableAfter: 0,
  backoff: { strategy: "spread", maxAttempts: 0, maxElapsed: 0 },
  probeTimeout: Infinity,
  idleTimeout: Infinity,
  fatalCloseCodes: [],
  // Backpressure where the transport has it; it never ends the connection.
  inbox: { maxMessages: 100_000, maxBytes: 67_108_864, overflow: "store" },
  maxMessageSize: Infinity,
  renewableToken: false,
};
