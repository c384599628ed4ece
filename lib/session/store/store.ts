/**
 * What a server needs of the place where sessions live.
 *
 * Each method is one atomic step: what it reads and writes is not interleaved
 * with any other step on the same session. `record.ts`, `attach.ts` and
 * `accept.ts` say what each step does; a store that keeps records elsewhere has
 * to give the same answers.
 *
 * @module
 */

import type { LostReason } from "../wire/handshake.ts";
import type { Payload } from "../wire/payload.ts";
import type { Lineage, Positions } from "../flow/positions.ts";

/** The right to act for a session, which ends when another attachment begins. */
export interface Lease {
  readonly session: string;
  /** Grows with each attachment. */
  readonly fence: number;
  /** A fence means nothing in another generation: it may have gone back. */
  readonly generation: string;
}

/** A new session. */
export interface SessionInit {
  /** From the server only, 128 random bits. */
  readonly session: string;
  readonly principal: string;
  readonly attempt: number;
  readonly instance: string;
  /** The server node that holds the connection. */
  readonly node: string;
  /** How long the session outlives its last lease, in milliseconds. */
  readonly ttl: number;
  /** What the server wants back on each attachment, such as the protocol. */
  readonly meta: string;
}

/** A verified resume. */
export interface AttachClaim {
  readonly session: string;
  readonly principal: string;
  /** The counter of the token that was presented. */
  readonly counter: number;
  readonly attempt: number;
  readonly instance: string;
  readonly node: string;
  readonly ttl: number;
  readonly have: Positions;
  readonly ack: number;
  readonly first: number;
  readonly last: number;
  /**
   * `"ask"`: a node that may be handling a message is told to let go first, and
   * the answer is `busy`. `"force"`: it has had its time.
   */
  readonly takeover: "ask" | "force";
}

/** The session is this connection's now. */
export interface Attached {
  readonly kind: "attached";
  readonly lease: Lease;
  /** Accepted up to this number; what the client cannot send is included. */
  readonly accepted: number;
  /** The last number that both sides know. */
  readonly at: number;
  /** The last number that the log does not keep any more. */
  readonly trimmed: number;
  /** The last number in the log. */
  readonly last: number;
  /** Up to here a message may have been handled before. */
  readonly uncertain: number;
  /** How many messages the client has that the store forgot. */
  readonly orphans: number;
  /** How many messages the store forgot that it had accepted. */
  readonly forgotten: number;
  readonly lineage: Lineage;
  readonly meta: string;
}

/** Another attachment may be handling a message. */
export interface Busy {
  readonly kind: "busy";
  readonly node: string;
}

/** What is known of the messages of a session that is gone. */
export interface Fate {
  /** The client's messages were accepted up to this number. */
  readonly got: number;
  /** Up to here a message of the client may have been handled. */
  readonly uncertain: number;
  readonly at: number;
  readonly last: number;
}

/** The session cannot be resumed by this claim. */
export interface Refused {
  readonly kind: "refused";
  /** `stale`: a newer attempt was there; `principal`: the session is another's. */
  readonly why: "stale" | "principal" | LostReason;
  readonly fate?: Fate;
}

/** How much of what a client has not consumed is kept. */
export interface BufferBounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly overflow: "reject" | "drop-oldest";
}

/** The messages are kept, and have numbers. */
export interface Appended {
  readonly kind: "appended";
  readonly first: number;
  readonly last: number;
  /** How many of the oldest messages made room. */
  readonly dropped: number;
  /** The node to notify, if one holds the session. */
  readonly node: string | undefined;
}

/** The bounds do not allow it. Nothing was kept. */
export interface Full {
  readonly kind: "full";
  readonly messages: number;
  readonly bytes: number;
}

/** There is no such session any more. */
export interface Gone {
  readonly kind: "gone";
}

/** The lease has ended. Nothing was done. */
export interface Fenced {
  readonly kind: "fenced";
}

/** One step of whoever handles a session's messages. */
export interface AcceptStep {
  readonly lease: Lease;
  /** Handled up to this number: accepted with this step. */
  readonly handled: number;
  /**
   * Up to this number a handler may begin after this step. It may be less than
   * before: the holder of the lease says that it has not begun the rest.
   */
  readonly claim: number;
  /** The client consumed up to this number: kept no longer. */
  readonly ack: number;
  /** The lowest counter of a token that is valid from now on. */
  readonly counter: number;
  readonly ttl: number;
  /**
   * Appended in the same step. They may exceed the bounds of the buffer: an
   * acceptance cannot be refused for them.
   */
  readonly replies: readonly Payload[];
}

/** The step is done. */
export interface Accepted {
  readonly kind: "accepted";
  /** The last number in the log, replies included. */
  readonly last: number;
}

/** A message to a client. */
export interface Stored {
  readonly seq: number;
  readonly data: Payload;
  /** The size of `data`, in bytes. */
  readonly bytes: number;
}

/** Who may end a session. */
export type EndCondition =
  /** Whoever asks. */
  | { readonly kind: "always"; readonly why: "ended" | "evicted" }
  /** The holder of this lease. */
  | { readonly kind: "lease"; readonly lease: Lease }
  /** The sweeper: nobody has resumed it meanwhile. */
  | { readonly kind: "expired" };

/** The session has ended. For the time of the tombstone it is known how. */
export interface Ended {
  readonly kind: "ended";
  readonly accepted: number;
  readonly claimed: number;
  /** What the client had not consumed. */
  readonly unconsumed: readonly Stored[];
  /** The node to notify, if one held the session. */
  readonly node: string | undefined;
}

/** What a store tells the node that holds a session. */
export type StoreNotice =
  /** Messages were appended. Those that are small come along. */
  | {
    readonly type: "appended";
    readonly session: string;
    readonly last: number;
    readonly messages: readonly Stored[];
  }
  /** Another attachment waits for this one to let go. */
  | {
    readonly type: "wanted";
    readonly session: string;
    readonly fence: number;
  }
  /** The lease of this fence, and each before it, has ended. */
  | {
    readonly type: "fenced";
    readonly session: string;
    readonly fence: number;
    /** `taken`: another attachment has the session; `ended`: nobody has. */
    readonly why: "taken" | "ended";
  };

/** Where sessions live. */
export interface SessionStore extends AsyncDisposable {
  /** Changes whenever data may be gone. */
  readonly generation: string;
  /** Begins a session. Rejects if there is one with this id. */
  open(init: SessionInit): Promise<Lease>;
  attach(claim: AttachClaim): Promise<Attached | Busy | Refused>;
  append(
    session: string,
    messages: readonly Payload[],
    bounds: BufferBounds,
  ): Promise<Appended | Full | Gone>;
  accept(step: AcceptStep): Promise<Accepted | Fenced | Gone>;
  /** The messages after this number, in order, at most `limit` of them. */
  read(
    session: string,
    after: number,
    limit: number,
  ): Promise<readonly Stored[]>;
  /** Lets go of a session. Does nothing if the lease has ended. */
  detach(lease: Lease, ttl: number): Promise<void>;
  /** Prolongs leases by `ttl`; returns those that have ended. */
  touch(leases: readonly Lease[], ttl: number): Promise<readonly Lease[]>;
  /** Ends a session; a tombstone stays for this many milliseconds. */
  end(
    session: string,
    condition: EndCondition,
    tombstone: number,
  ): Promise<Ended | Fenced | Gone>;
  /** Sessions whose time is over, for `end()` with `expired`. */
  due(limit: number): Promise<readonly string[]>;
  /** Hears of the sessions that this node holds. */
  listen(
    node: string,
    listener: (notice: StoreNotice) => void,
  ): Promise<AsyncDisposable>;
}
