/**
 * What both ends of a session that is being tried remember.
 *
 * The client numbers what it sends from 1 and never starts anew. The server
 * numbers its pushes likewise, and names each run of its handler. All times are
 * milliseconds since the epoch, of one machine.
 *
 * @module
 */

import type { RecoveredEvent, SentEvent } from "../client_events.ts";

/** What an application saw, in order. */
export type ClientEvent =
  | SentEvent
  /** What `write()` told. */
  | {
    readonly type: "settled";
    readonly number: number;
    readonly fate: "accepted" | "dropped";
    readonly at: number;
  }
  | {
    readonly type: "open";
    readonly kind: "opened" | "resumed" | "lost" | "none";
    readonly session: string;
  }
  | {
    readonly type: "message";
    readonly label: string;
    /** Its number in the session; `undefined` where messages are pulled. */
    readonly seq: number | undefined;
  }
  | {
    readonly type: "drop";
    readonly direction: "inbound" | "outbound";
    readonly reason: string;
    readonly count: number;
    readonly first: number | undefined;
    readonly last: number | undefined;
  }
  | {
    readonly type: "close";
    readonly code: number;
    readonly why: "requested" | "fatal" | "exhausted";
    readonly error: string;
  }
  | RecoveredEvent;

/** Why a life of the server began. */
export type Birth =
  /** The first one, or the one before has drained. */
  | { readonly kind: "started" }
  /** The one before was killed. */
  | { readonly kind: "killed" }
  /** It was killed, and its file is gone. */
  | { readonly kind: "wiped" }
  /** It was killed, and its file is as it was at this time. */
  | { readonly kind: "rolled-back"; readonly to: number };

/** What a server saw, in order, in all of its lives. */
export type ServerEvent =
  | { readonly type: "life"; readonly birth: Birth; readonly at: number }
  | { readonly type: "opened" | "resumed"; readonly session: string }
  /** A handler begins. */
  | {
    readonly type: "handling";
    readonly session: string;
    readonly seq: number;
    /** The client's number. */
    readonly number: number;
    /** Names this run: its reply is labelled `r<number>.<run>`. */
    readonly run: string;
    readonly redelivered: boolean;
    /** Handlers of this session that run and have not been told to stop. */
    readonly rivals: number;
    readonly at: number;
  }
  | {
    readonly type: "handled";
    readonly run: string;
    readonly outcome: "returned" | "threw";
    /** Whether its signal has fired: its result does not count. */
    readonly isAborted: boolean;
    readonly at: number;
  }
  /** `send()` was called with the push of this number. */
  | {
    readonly type: "pushing";
    readonly push: number;
    readonly session: string;
    readonly at: number;
  }
  | { readonly type: "stored"; readonly push: number }
  | { readonly type: "refused"; readonly push: number; readonly code: string }
  | {
    readonly type: "ended";
    readonly session: string;
    readonly why: string;
    readonly accepted: number;
    readonly unconsumed: readonly {
      readonly seq: number;
      readonly label: string;
    }[];
  }
  /** A message that the client never sent. */
  | { readonly type: "garbage"; readonly text: string };

/** One client from its construction to its end, seen from both sides. */
export interface SessionHistory {
  readonly client: readonly ClientEvent[];
  readonly server: readonly ServerEvent[];
  /** What `metrics()` said in the end of dropped messages. */
  readonly totals: {
    readonly sent: number;
    readonly droppedOutbound: number;
    readonly droppedInbound: number;
    readonly waiting: number;
  };
  /** What happens to messages whose fate is unknown. */
  readonly onUnknown: "drop" | "resend";
  /** When a message counts as consumed: `close()` discards what was received. */
  readonly ack: "consumed" | "received";
}

/** The time, in milliseconds since the epoch, finer than a millisecond. */
export function wallNow(): number {
  return performance.timeOrigin + performance.now();
}
