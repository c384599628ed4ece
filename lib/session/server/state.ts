/**
 * The states, events and effects of the server's end of one connection.
 *
 * @module
 */

import type { Credit } from "../flow/credit.ts";
import type { Frame } from "../wire/frame.ts";
import type { Lost, NewSession, Open, Resume } from "../wire/handshake.ts";
import type { Numbered } from "../flow/numbered.ts";
import type { Payload } from "../wire/payload.ts";
import type { Lineage } from "../flow/positions.ts";
import type { Capacity, Receiving } from "../flow/receiving.ts";
import type {
  Accepted,
  AcceptStep,
  AttachClaim,
  Attached,
  Busy,
  Ended,
  Fenced,
  Gone,
  Lease,
  Refused,
  Stored,
} from "../store/store.ts";
import type { Violation } from "../wire/violation.ts";

/** A message of a client, on its way through the handler. */
export interface Incoming {
  readonly data: Payload;
  readonly bytes: number;
}

/** Nothing has come yet. */
export interface ServerWaiting {
  readonly kind: "waiting";
  /** When the first message must be there. */
  readonly deadline: number;
}

/** The first message came; the principal and the token are looked at. */
export interface ServerAdmitting {
  readonly kind: "admitting";
  readonly request: Open | Resume;
}

/** A new session is being opened. */
export interface ServerOpening {
  readonly kind: "opening";
  readonly request: Open | Resume;
  readonly principal: string;
  /** What the answer says of the session that was asked for. */
  readonly lost: Omit<Lost, "op" | "opened"> | undefined;
  readonly peer: "connected" | "gone";
}

/** The session is being attached. */
export interface ServerAttaching {
  readonly kind: "attaching";
  readonly request: Resume;
  readonly claim: Omit<AttachClaim, "node">;
  /** When the holder has had its time; `Infinity` until somebody holds it. */
  readonly forceAt: number;
  /** When to ask again; `Infinity` while an answer is awaited. */
  readonly askAt: number;
  readonly peer: "connected" | "gone";
}

/** A step that the store has not answered. */
export type PendingStep = Pick<AcceptStep, "handled" | "claim" | "ack"> & {
  readonly counter: number;
  readonly replies: readonly Payload[];
};

/** How many messages the next claim has at most, and how the last one went. */
export interface Pace {
  readonly size: number;
  /** The number before the first message of the last claim. */
  readonly after: number;
  /** When that was claimed; before the first one, when the session was attached. */
  readonly at: number;
  /** The time between that claim and the one before. */
  readonly gap: number;
}

/** How a session's attachment is about to end. */
export type Departure =
  /** The connection is gone: what came is handled, then the session is let go. */
  | { readonly kind: "detach" }
  /** The session is let go once the running handler finishes: no other begins. */
  | { readonly kind: "yield" }
  /** The client sent `bye`: what came is handled, then the session ends. */
  | { readonly kind: "bye" }
  /** A message cannot be handled: what was before is reported, then the session ends. */
  | { readonly kind: "failed" }
  /** The store was asked to end the session. */
  | { readonly kind: "ending"; readonly why: "bye" | "failed" };

/** The session is this connection's. */
export interface ServerAttached {
  readonly kind: "attached";
  readonly principal: string;
  readonly lease: Lease;
  /** How long the session outlives its lease, in milliseconds. */
  readonly ttl: number;
  readonly peer: "connected" | "gone";
  readonly departure: Departure | undefined;

  /** Messages of the client that came and are not accepted. */
  readonly queue: Numbered<Incoming>;
  readonly queueBytes: number;
  readonly receiving: Receiving;
  /** The message in the handler, or 0. */
  readonly running: number;
  /** How often the handler failed for it. */
  readonly failures: number;
  readonly handled: number;
  /** What the store knows. */
  readonly accepted: number;
  readonly claimed: number;
  readonly pace: Pace;
  /** Up to here a message may have been handled before. */
  readonly uncertain: number;
  readonly replies: readonly Payload[];
  readonly step: PendingStep | undefined;
  /** When this step was asked for, or the last one. */
  readonly stepAt: number;
  /** When the last step that the store has confirmed was asked for. */
  readonly confirmedAt: number;
  /**
   * Before the next message begins: whether the server has asked if the lease
   * still holds, and how often the store has confirmed it.
   */
  readonly renewal: "none" | "asked" | "once" | "asked again" | "twice";
  /** When the next report to the store is due; `Infinity` if there is none. */
  readonly reportAt: number;
  /** The lowest counter that is valid once the client has shown that it has the new token. */
  readonly nextCounter: number;
  /** The lowest valid counter. The store gets it with the next step. */
  readonly counter: number;
  /** The counter that the store has confirmed. */
  readonly reportedCounter: number;

  readonly credit: Credit;
  readonly trimmed: number;
  /** Read from the store and not sent. */
  readonly buffer: Numbered<Stored>;
  /** The log's last number, as far as this side knows. */
  readonly last: number;
  readonly reading: "idle" | "reading";
  readonly lineage: Lineage;
  /** The last generation that was announced to the client. */
  readonly generation: string;
}

/** The end. */
export interface ServerClosed {
  readonly kind: "closed";
}

/** The server's end of one connection. */
export type ServerState =
  | ServerWaiting
  | ServerAdmitting
  | ServerOpening
  | ServerAttaching
  | ServerAttached
  | ServerClosed;

/** What the server's machine receives. */
export type ServerEvent =
  | { readonly type: "received"; readonly frame: Frame | Violation }
  | { readonly type: "disconnected" }
  | { readonly type: "due" }
  /**
   * Who is speaking; also after `authenticate`. With a resume whose token is
   * genuine for this principal: what it says.
   */
  | {
    readonly type: "admitted";
    readonly principal: string;
    readonly ticket?: { readonly session: string; readonly counter: number };
  }
  /** The application does not want this client. */
  | {
    readonly type: "refused";
    readonly closeCode: number;
    readonly reason: string;
  }
  /** Answer to `open`, with the token of counter 1. */
  | {
    readonly type: "opened";
    readonly lease: Lease;
    readonly token: string;
    readonly protocol: string;
  }
  /** Answer to `attach`, with the token of the next counter. */
  | {
    readonly type: "attached";
    readonly answer: Attached | Busy | Refused;
    readonly token: string;
    /** Of `busy`: since when, for clients on connections before as well. */
    readonly busySince?: number;
  }
  | { readonly type: "accepted"; readonly answer: Accepted | Fenced | Gone }
  | { readonly type: "read"; readonly messages: readonly Stored[] }
  | { readonly type: "ended"; readonly answer: Ended | Fenced | Gone }
  /** The handler has finished with a message. */
  | {
    readonly type: "handled";
    readonly seq: number;
    readonly replies: readonly Payload[];
  }
  /** The handler threw. */
  | { readonly type: "failed"; readonly seq: number }
  /** The handler cannot begin, as nobody knows whether the lease still holds. */
  | { readonly type: "renew" }
  /**
   * The handler does not begin with its message: another attachment waits, or
   * the client is gone and has too much to consume.
   */
  | { readonly type: "unbegun"; readonly seq: number }
  /** The store's notices. */
  | {
    readonly type: "appended";
    readonly last: number;
    readonly messages: readonly Stored[];
  }
  | { readonly type: "wanted"; readonly fence: number }
  | {
    readonly type: "fenced";
    readonly fence: number;
    readonly why: "taken" | "ended";
  }
  /** The store's generation has changed: no lease holds any more. */
  | { readonly type: "rolled-back" }
  /** The client should resume elsewhere. */
  | {
    readonly type: "move";
    readonly after: number;
    readonly spread: number;
  }
  | { readonly type: "ping"; readonly n: number };

/** What the server's machine asks for, to be done in this order. */
export type ServerEffect =
  /** Frames, in this order. */
  | { readonly type: "transmit"; readonly frames: readonly Payload[] }
  /** Answer: `admitted` or `refused`. */
  | { readonly type: "admit"; readonly request: Open | Resume }
  /** Answer: `admitted` or `refused`. */
  | { readonly type: "authenticate"; readonly auth: string }
  /** Make an id and open a session. Answer: `opened`. */
  | {
    readonly type: "open";
    readonly request: Open | Resume;
    readonly principal: string;
  }
  /** Answer: `attached`. */
  | { readonly type: "attach"; readonly claim: Omit<AttachClaim, "node"> }
  /** Answer: `accepted`. */
  | { readonly type: "accept"; readonly step: AcceptStep }
  /** Answer: `read`. */
  | {
    readonly type: "read";
    readonly session: string;
    readonly after: number;
    readonly limit: number;
  }
  | {
    readonly type: "detach";
    readonly lease: Lease;
    readonly ttl: number;
  }
  /** Answer: `ended`. */
  | { readonly type: "end"; readonly lease: Lease }
  /** Answer: `handled` or `failed`. */
  | {
    readonly type: "handle";
    readonly seq: number;
    readonly data: Payload;
    readonly redelivered: boolean;
  }
  /** May have been handled before, and is not again: `onUncertain: "report"`. */
  | { readonly type: "report"; readonly seq: number; readonly data: Payload }
  /** The session was taken over: the running handler's signal fires. */
  | { readonly type: "abort" }
  | { readonly type: "news"; readonly news: ServerNews }
  | { readonly type: "pong"; readonly n: number }
  | {
    readonly type: "close";
    readonly closeCode: number;
    readonly reason: string;
  }
  /** Nothing more will happen on this connection. */
  | { readonly type: "closed" };

/** What the application is notified of. */
export type ServerNews =
  | {
    readonly kind: "opened";
    readonly opened: NewSession;
    readonly lost: Omit<Lost, "op" | "opened"> | undefined;
  }
  | {
    readonly kind: "resumed";
    readonly orphans: number;
    readonly forgotten: number;
    readonly uncertain: number;
  }
  | { readonly kind: "detached" }
  | {
    readonly kind: "ended";
    readonly why: "bye" | "failed";
    readonly answer: Ended;
    /** The message whose handler failed, or 0. */
    readonly failed: number;
  };

/** The server's settings. Durations in milliseconds. */
export interface ServerConfig {
  readonly capacity: Capacity;
  readonly maxMessage: number;
  /** The longest that a client may ask for. */
  readonly ttl: number;
  readonly handshakeTimeout: number;
  readonly takeoverTimeout: number;
  /** How long to wait between two requests to a holder to let go. */
  readonly takeoverPoll: number;
  /** How many messages are claimed with one step. */
  readonly maxClaim: number;
  /** A claim grows up to this while each is handled within `reportDelay`. */
  readonly maxQuickClaim: number;
  /**
   * How long a message stays claimed that has not come yet, if messages follow
   * each other within this time; 0 to claim no message before it comes.
   */
  readonly claimAhead: number;
  /**
   * How long a report to the store may wait for others, if no handler and no
   * client waits for its answer; 0 for not at all.
   */
  readonly reportDelay: number;
  /** How often a handler is called for one message. */
  readonly maxAttempts: number;
  /** What to do with a message that may have been handled before. */
  readonly onUncertain: "redeliver" | "report";
}

/** What a transition is given besides state and event. */
export interface ServerContext {
  readonly config: ServerConfig;
  /** Milliseconds of a monotonic clock. */
  readonly now: number;
}

/** What a transition gives. */
export interface ServerStep<S extends ServerState = ServerState> {
  readonly state: S;
  readonly effects: readonly ServerEffect[];
}

/** Nothing to be done: one list for all, as most steps need none. */
export const NO_EFFECTS: readonly ServerEffect[] = [];

/** Effects of two steps, in their order. */
export function inOrder(
  first: readonly ServerEffect[],
  second: readonly ServerEffect[],
): readonly ServerEffect[] {
  if (first.length === 0) return second;
  return second.length === 0 ? first : [...first, ...second];
}

/** A connection with the subprotocol that has just been accepted. */
export function newServer(
  { config, now }: ServerContext,
): ServerWaiting {
  return { kind: "waiting", deadline: now + config.handshakeTimeout };
}
