/**
 * What both ends of a connection that is being tried remember. The client
 * numbers what it sends from 1 and never starts anew; the server numbers what
 * it sends from 1 on each connection.
 *
 * @module
 */

import type { RecoveredEvent, SentEvent } from "../client_events.ts";

/** What an application saw, in order. */
export type ClientEvent =
  | SentEvent
  /** What `write()` came to. */
  | {
    readonly type: "settled";
    readonly number: number;
    readonly fate: "taken" | "dropped";
  }
  | { readonly type: "open" }
  | {
    readonly type: "message";
    /** The server's number of the connection. */
    readonly connection: number;
    /** The server's number of the message. */
    readonly number: number;
  }
  /** A message that the server never sent. */
  | { readonly type: "garbage"; readonly text: string }
  | { readonly type: "disconnect"; readonly error: string }
  | {
    readonly type: "drop";
    readonly direction: "inbound" | "outbound";
    readonly count: number;
    readonly reason: string;
  }
  | { readonly type: "asked-to-close" }
  | {
    readonly type: "close";
    readonly code: number;
    readonly why: "requested" | "fatal" | "exhausted";
    /** The HTTP status of a refused handshake. */
    readonly status: number | undefined;
    readonly error: string;
  }
  | RecoveredEvent;

/** What the server saw of one connection. */
export interface ServerConnection {
  /** 1 for the first one. */
  readonly id: number;
  /** The client's numbers, as they came in. */
  readonly received: readonly number[];
  /** How many numbered messages it sent. */
  readonly sent: number;
  /** The close code that it sent of its own accord. */
  readonly closedWith: number | undefined;
}

/** What the client's counters said in the end. */
export interface Totals {
  readonly taken: number;
  readonly droppedOutbound: number;
  readonly droppedInbound: number;
  /** Messages that waited to be sent. */
  readonly waiting: number;
}

/** One client from its construction to its end, seen from both sides. */
export interface History {
  readonly client: readonly ClientEvent[];
  /** In the order in which they opened. */
  readonly server: readonly ServerConnection[];
  readonly totals: Totals;
  /**
   * Whether bytes were corrupted on the way to a transport that does not notice
   * each of them: Deno's own takes masked frames from servers.
   */
  readonly integrity: "kept" | "broken";
  /** HTTP statuses that somebody answered with, and that are never retried. */
  readonly fatalStatuses: readonly number[];
}
