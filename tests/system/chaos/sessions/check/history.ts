/**
 * What both ends of a session that is being tried remember.
 *
 * The client numbers what it sends from 1 and never starts anew. The server
 * numbers its pushes likewise, and names each run of its handler. All times are
 * milliseconds since the epoch, of one machine.
 *
 * @module
 */

import type { RecoveredEvent, SentEvent } from "../../client_events.ts";

/** What an application saw, in order. */
export type ClientEvent =
  | SentEvent
  /** What `write()` came to. */
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
    readonly reason: string;
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
  /** It was killed, and its data is as it was at this time, or a little newer. */
  | {
    readonly kind: "rolled-back";
    readonly to: number;
    /** What is left of the client's session, if anything is. */
    readonly kept?: Kept;
  };

/** What a store has of a session. */
export interface Kept {
  readonly session: string;
  /** The last number of the client that was accepted. */
  readonly accepted: number;
  /** The last number that was sent to the client. */
  readonly last: number;
}

/** What a server saw, in order, in all of its lives. */
export type ServerEvent =
  | {
    readonly type: "life";
    readonly birth: Birth;
    readonly at: number;
    /** One of several that live side by side; without it, all before are over. */
    readonly node?: number;
  }
  /** A life is about to end. */
  | { readonly type: "death"; readonly life: number; readonly at: number }
  /** A life did not go on in between, and does not know it. */
  | {
    readonly type: "stopped";
    readonly life: number;
    readonly at: number;
    readonly until: number;
  }
  /** What nodes share has begun anew. */
  | { readonly type: "store"; readonly birth: Birth; readonly at: number }
  /** From now on, until `calm`, steps of the store may fail. */
  | { readonly type: "trouble"; readonly at: number }
  | { readonly type: "calm"; readonly at: number }
  | {
    readonly type: "opened" | "resumed";
    readonly session: string;
    /** Whose connection it is, as counted by `life`. @default {the newest} */
    readonly life?: number;
    readonly at?: number;
  }
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
    /** Handlers of this session that run and have not been aborted. */
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
    /** Who sends it, as counted by `life`. @default {the newest} */
    readonly life?: number;
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
  /** What a full buffer of the server does with its oldest messages. */
  readonly overflow: "reject" | "drop-oldest";
}

/** The time, in milliseconds since the epoch, finer than a millisecond. */
export function wallNow(): number {
  return performance.timeOrigin + performance.now();
}
