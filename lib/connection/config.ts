/**
 * Config: what one connection is told, resolved and cloneable. The public
 * options, their defaults and their validation are `client/options/options.ts`.
 *
 * @module
 */

import type { Data } from "../queue/data.ts";
import type { InboxConfig } from "../queue/inbox.ts";
import type { Backoff } from "./backoff.ts";
import type { Pattern } from "./pattern.ts";

/** How a dead peer is found out. Durations in milliseconds. */
export interface HeartbeatConfig {
  readonly interval: number;
  readonly timeout: number;
  /** What to send instead of a ping frame; `"hook"`: ask `ping()`. */
  readonly message?: Data | { readonly hook: true };
  /** What counts as its answer; `"hook"`: ask `isPong()`. */
  readonly expect?: Pattern | { readonly hook: true };
  /** Whether answers reach the application. */
  readonly deliver: boolean;
  /** The answer to a server's own application ping. */
  readonly reply?: { readonly to: Pattern; readonly with: Data };
}

/** What is exchanged before `open` is told. */
export interface GreetingConfig {
  readonly send?: Data;
  readonly expect?: Pattern;
  readonly reject: readonly Pattern[];
  /** Milliseconds. */
  readonly timeout: number;
  /** Whether `greeting()` of the hooks module does it. */
  readonly hook: boolean;
}

/** What the connection machine goes by. Durations in milliseconds. */
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
  /** Whether there is a token that can be asked for anew. */
  readonly renewableToken: boolean;
}
