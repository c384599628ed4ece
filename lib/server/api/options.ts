/**
 * The options of a session server, their defaults and their checks.
 *
 * @module
 */

import { type Clock, PLATFORM_CLOCK } from "../../platform/clock.ts";
import { LEASE } from "../../session/server/lease.ts";
import type { ServerConfig } from "../../session/server/state.ts";
import type { BufferBounds, SessionStore } from "../../session/store/store.ts";
import { boundedWindow, HANDSHAKE_TIMEOUT } from "../../session/wire/limits.ts";
import type { SessionHandler } from "./session.ts";
import type { SessionKey } from "../admission/tokens.ts";
import type { Admission } from "../admission/upgrade.ts";

/** What takes log records. `console` fits. */
export interface SessionLogger {
  /** Takes details. */
  debug(message: string, ...data: unknown[]): unknown;
  /** Takes normal events. */
  info(message: string, ...data: unknown[]): unknown;
  /** Takes problems that the server handles. */
  warn(message: string, ...data: unknown[]): unknown;
  /** Takes errors of the application and of the store. */
  error(message: string, ...data: unknown[]): unknown;
}

/** How much of what a client has not consumed is kept. */
export interface SessionBuffer {
  /** The most messages of a session. @default {10_000} */
  readonly maxMessages?: number;
  /** The most bytes of a session. @default {4_194_304} */
  readonly maxBytes?: number;
  /**
   * What happens to a message that has no room: `send()` rejects, the oldest
   * messages are dropped and the client is notified which, or the session ends.
   *
   * @default {"reject"}
   */
  readonly overflow?: "reject" | "drop-oldest" | "end";
}

/** Limits for clients that take more than their share. */
export interface SessionLimits {
  /**
   * Sessions of one principal on this node. The oldest one without a connection
   * ends for a new one; if all are connected, the client gets 4429.
   *
   * @default {16}
   */
  readonly sessionsPerPrincipal?: number;
  /**
   * Sessions without a connection on this node; the oldest one ends.
   *
   * @default {100_000}
   */
  readonly detachedSessions?: number;
  /**
   * Bytes of messages that wait for sessions without a connection on this node;
   * with more, the oldest of these sessions end.
   *
   * @default {1_073_741_824}
   */
  readonly detachedBytes?: number;
  /**
   * Resumes of one session in 10 s; more are closed with 4429.
   *
   * @default {10}
   */
  readonly resumes?: number;
  /**
   * Bytes that a connection has not taken; it is cut off with more.
   *
   * @default {16_777_216}
   */
  readonly unsentBytes?: number;
}

/** The options of a `SessionServer`. Durations are milliseconds. */
export interface SessionServerOptions {
  /** The secret that signs resume tokens, or several: the first one signs. */
  readonly key: SessionKey | readonly SessionKey[];
  /**
   * Says who a client is. Called for each connection, and again when a client
   * renews its token: one call at a time for each connection.
   *
   * @param request The request of the WebSocket, with its headers.
   * @param auth The token that the client sent with the session's first message.
   * @returns The principal, or a response that refuses: 401, 403, 429 and 503
   * become 4401, 4403, 4429 and 4503, others 4401.
   */
  readonly authenticate: (
    request: Request,
    auth: string | undefined,
  ) => string | Response | Promise<string | Response>;
  /** The application's part. */
  readonly handler: SessionHandler;
  /**
   * Where sessions live.
   *
   * @default {memoryStore()}
   */
  readonly store?: SessionStore;
  /**
   * The origins of pages that may connect, such as `https://example.com`, or
   * `"*"` for all. Clients that are no browsers send none, and may.
   *
   * @default {the host of the request}
   */
  readonly origins?: readonly string[] | "*";
  /**
   * `false`: takes clients without a session as well. The handler is called for them
   * as for others, with `client: "plain"`.
   *
   * @default {true}
   */
  readonly required?: boolean;
  /**
   * The application's subprotocols; the first that a client offers is chosen.
   *
   * @default {[]}
   */
  readonly protocols?: readonly string[];
  /**
   * How long a session outlives its connection: this, or less if the client
   * asks for less, but never less than 30,000.
   *
   * @default {120_000}
   */
  readonly ttl?: number;
  /**
   * How long the fate of a session's messages is known after its end.
   *
   * @default {86_400_000}
   */
  readonly tombstone?: number;
  /** How much of what a client has not consumed is kept. */
  readonly buffer?: SessionBuffer;
  /**
   * How much a client may send ahead of the handler.
   *
   * @default {{ messages: 4_096, bytes: 1_048_576 }}
   */
  readonly window?: { readonly messages?: number; readonly bytes?: number };
  /**
   * The largest message of a client, in bytes.
   *
   * @default {1_048_576}
   */
  readonly maxMessage?: number;
  /**
   * How long a connection that has the session and runs a handler may finish
   * when a newer one wants it. Then what it had claimed counts as uncertain. It
   * has to be the same on all nodes of a store.
   *
   * @default {2_000}
   */
  readonly takeoverTimeout?: number;
  /**
   * How long the client's first message, and then `authenticate`, may take.
   *
   * @default {10_000}
   */
  readonly handshakeTimeout?: number;
  /**
   * A client that sends nothing for this long gets a ping, and is dropped if it is
   * silent for as long again. More than 1,000,000,000 counts as that.
   *
   * @default {15_000}
   */
  readonly pingInterval?: number;
  /**
   * What to do with a message that may have been handled before.
   *
   * @default {"redeliver"}
   */
  readonly onUncertain?: "redeliver" | "report";
  /**
   * How often a handler is called for one message before the session ends.
   *
   * @default {3}
   */
  readonly maxAttempts?: number;
  /** Limits for clients that take more than their share. */
  readonly limits?: SessionLimits;
  /** Takes log records. */
  readonly logger?: SessionLogger;
  /**
   * Time and timers.
   *
   * @default {the platform's clock}
   */
  readonly clock?: Clock;
}

/** The options with their defaults. */
export interface Settings {
  readonly config: ServerConfig;
  readonly bounds: BufferBounds;
  readonly overflow: "reject" | "drop-oldest" | "end";
  readonly limits: Required<SessionLimits>;
  readonly admission: Admission;
  readonly tombstone: number;
  readonly pingInterval: number;
  readonly clock: Clock;
}

/** How many messages are claimed with one step: as many come again after a crash. */
const MAX_CLAIM = 16;
/** The most where they are handled within `REPORT_DELAY`. */
const MAX_QUICK_CLAIM = 256;
/** A timer holds no more than 24.8 days, and Deno is given twice this. */
const MAX_PING_INTERVAL = 1_000_000_000;
const TAKEOVER_POLL = 50;
/** Short against the 100 ms after which a client is acknowledged. */
const REPORT_DELAY = 2;
/** Where messages are further apart than this, a step of the store matters little. */
const CLAIM_AHEAD = 50;

/**
 * Adds the defaults.
 *
 * @throws {RangeError} If a number is out of range.
 */
export function settingsOf(options: SessionServerOptions): Settings {
  const { buffer = {}, limits = {} } = options;
  const { overflow = "reject" } = buffer;
  const config = configOf(options);
  return {
    config,
    bounds: {
      maxMessages: count("buffer.maxMessages", buffer.maxMessages, 10_000),
      maxBytes: count("buffer.maxBytes", buffer.maxBytes, 4_194_304),
      overflow: overflow === "drop-oldest" ? "drop-oldest" : "reject",
      maxMessage: config.maxMessage,
    },
    overflow,
    limits: limitsOf(limits),
    admission: {
      origins: options.origins,
      protocols: options.protocols ?? [],
      required: options.required ?? true,
    },
    tombstone: count("tombstone", options.tombstone, 86_400_000),
    pingInterval: Math.min(
      count("pingInterval", options.pingInterval, 15_000),
      MAX_PING_INTERVAL,
    ),
    clock: options.clock ?? PLATFORM_CLOCK,
  };
}

function configOf(options: SessionServerOptions): ServerConfig {
  const { window: granted = {}, onUncertain = "redeliver" } = options;
  return {
    capacity: boundedWindow({
      messages: count("window.messages", granted.messages, 4_096),
      bytes: count("window.bytes", granted.bytes, 1_048_576),
    }),
    maxMessage: count("maxMessage", options.maxMessage, 1_048_576),
    ttl: Math.max(LEASE, count("ttl", options.ttl, 120_000)),
    handshakeTimeout: count(
      "handshakeTimeout",
      options.handshakeTimeout,
      HANDSHAKE_TIMEOUT,
    ),
    takeoverTimeout: count("takeoverTimeout", options.takeoverTimeout, 2_000),
    takeoverPoll: TAKEOVER_POLL,
    maxClaim: MAX_CLAIM,
    maxQuickClaim: MAX_QUICK_CLAIM,
    reportDelay: REPORT_DELAY,
    // What is claimed in vain would never be handled after a crash.
    claimAhead: onUncertain === "report" ? 0 : CLAIM_AHEAD,
    maxAttempts: count("maxAttempts", options.maxAttempts, 3),
    onUncertain,
  };
}

function limitsOf(limits: SessionLimits): Required<SessionLimits> {
  const of = (name: keyof SessionLimits, otherwise: number) =>
    count(`limits.${name}`, limits[name], otherwise);
  return {
    sessionsPerPrincipal: of("sessionsPerPrincipal", 16),
    detachedSessions: of("detachedSessions", 100_000),
    detachedBytes: of("detachedBytes", 1_073_741_824),
    resumes: of("resumes", 10),
    unsentBytes: of("unsentBytes", 16_777_216),
  };
}

/**
 * The value of an option, or its default.
 *
 * @throws {RangeError} If it is no whole number, or below `least`.
 */
export function count(
  name: string,
  value: number | undefined,
  otherwise: number,
  least = 1,
): number {
  const chosen = value ?? otherwise;
  if (Number.isSafeInteger(chosen) && chosen >= least) return chosen;
  throw new RangeError(
    `Option "${name}" must be a whole number from ${least}, not ${chosen}`,
  );
}
