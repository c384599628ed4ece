/**
 * What a socket is doing, and what it has done.
 *
 * @module
 */

import type { SessionOpening } from "../../boundary/session.ts";
import type { TransportName } from "../../connection/config/transports.ts";

/** What a socket is doing. A new record each time that it changes. */
export interface Status {
  /** The state of the connection. */
  readonly kind:
    | "idle"
    | "connecting"
    | "open"
    | "waiting"
    | "closing"
    | "closed";
  /** The attempt under way, or the one that led here, from 1; 0 before the first. */
  readonly attempt: number;
  /**
   * `waiting`: when the next attempt begins, in milliseconds since the epoch.
   * `Infinity` while offline: it begins when the network is back, and every 30 to
   * 60 s in case the platform is wrong.
   */
  readonly retryAt?: number;
  /** What carries the connection, once there was one. */
  readonly transport?: TransportName;
  /** How the last connection took the session up; `"none"`: the server has no sessions. Only with the option `session`. */
  readonly session?: SessionOpening["kind"];
  /** Where the connection lives: in the shared worker, one for itself, that of all tabs, a `WorkerHost` of one's own, or on this thread. */
  readonly worker: "shared" | "dedicated" | "tabs" | "own" | "none";
}

/** What a socket has done so far. Sizes are UTF-8 or binary bytes. */
export interface Metrics {
  /** Attempts begun. */
  readonly attempts: number;
  /** Connections that became ready. */
  readonly opens: number;
  /** Connections lost and attempts failed, the last end not counted. */
  readonly disconnects: number;
  /** What the transport has taken, in messages and bytes. */
  readonly sent: Count;
  /** What has arrived on this thread, read or not, in messages and bytes. */
  readonly received: Count;
  /** What left the outbox unsent, in messages and bytes. */
  readonly droppedOutbound: Count;
  /** What left the inbox unread, in messages and bytes. */
  readonly droppedInbound: Count;
  /** What waits to be sent, in messages and bytes. */
  readonly outbox: Count;
  /** Messages that arrived on this thread and wait to be read. */
  readonly inbox: number;
  /** The last heartbeat's round trip, in milliseconds. */
  readonly latency: number | undefined;
  /** The longest time between two pings of one connection, in milliseconds. */
  readonly longestHeartbeatGap: number;
}

/** A number of messages and their size. */
export interface Count {
  /** How many messages. */
  readonly messages: number;
  /** Their size in UTF-8 or binary bytes. */
  readonly bytes: number;
}
