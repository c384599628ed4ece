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
  /** The id of the session. */
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
  /** Whose session it is. */
  readonly principal: string;
  /** The number of the client's dial. */
  readonly attempt: number;
  /** The name of the client object. */
  readonly instance: string;
  /** The server node that holds the connection. */
  readonly node: string;
  /** How long the session outlives its last lease, in milliseconds. */
  readonly ttl: number;
  /** The largest message that the client takes, in bytes. */
  readonly maxMessage: number;
  /** What the server wants back on each attachment, such as the protocol. */
  readonly meta: string;
}

/** A verified resume. */
export interface AttachClaim {
  /** The id of the session. */
  readonly session: string;
  /** Who resumes it. */
  readonly principal: string;
  /** The counter of the token that was presented. */
  readonly counter: number;
  /** The number of the client's dial. */
  readonly attempt: number;
  /** The name of the client object. */
  readonly instance: string;
  /** The server node that holds the connection. */
  readonly node: string;
  /** How long the session outlives its last lease, in milliseconds. */
  readonly ttl: number;
  /** The largest message that the client takes, in bytes. */
  readonly maxMessage: number;
  /** What the client has, by generation. */
  readonly have: Positions;
  /** What its application has consumed. */
  readonly ack: number;
  /** The lowest number that it can still send. */
  readonly first: number;
  /** The highest number that it may have sent. */
  readonly last: number;
  /**
   * `"ask"`: a node that may be handling a message is asked to let go first,
   * and the answer is `busy`. `"force"`: it has had its time.
   */
  readonly takeover: "ask" | "force";
}

/** The session is this connection's now. */
export interface Attached {
  /** Distinguishes the answers. */
  readonly kind: "attached";
  /** The right to act for the session. */
  readonly lease: Lease;
  /** Accepted up to this number; what the client cannot send is included. */
  readonly accepted: number;
  /** The last number that both sides know. */
  readonly at: number;
  /** The last number that the log does not keep any more. */
  readonly trimmed: number;
  /** The last number in the log. */
  readonly last: number;
  /** What waits for the client now, in bytes. */
  readonly bytes: number;
  /** Up to here a message may have been handled before. */
  readonly uncertain: number;
  /** How many messages the client has that the store forgot. */
  readonly orphans: number;
  /** How many messages the store forgot that it had accepted. */
  readonly forgotten: number;
  /** The generations of the log's messages. */
  readonly lineage: Lineage;
  /** What the session was opened with. */
  readonly meta: string;
  /** The node that had not let go of the session, if there was one. */
  readonly holder: string | undefined;
}

/** Another attachment may be handling a message. */
export interface Busy {
  /** Distinguishes the answers. */
  readonly kind: "busy";
  /** The node that holds the session. */
  readonly node: string;
}

/** What is known of the messages of a session that is gone. */
export interface Fate {
  /** The client's messages were accepted up to this number. */
  readonly got: number;
  /** Up to here a message of the client may have been handled. */
  readonly uncertain: number;
  /** The last number of the log that both sides know. */
  readonly at: number;
  /** The last number of the log. */
  readonly last: number;
}

/** The session cannot be resumed by this claim. */
export interface Refused {
  /** Distinguishes the answers. */
  readonly kind: "refused";
  /** `stale`: a newer attempt was there; `principal`: the session is another's. */
  readonly why: "stale" | "principal" | LostReason;
  /** What is known of its messages. */
  readonly fate?: Fate;
}

/** What is kept for a client. */
export interface BufferBounds {
  /** The most messages. */
  readonly maxMessages: number;
  /** The most bytes. */
  readonly maxBytes: number;
  /** What happens to messages that have no room. */
  readonly overflow: "reject" | "drop-oldest";
  /**
   * The largest message, in bytes, for a session that was opened by an older
   * version, which did not keep what its client takes.
   */
  readonly maxMessage: number;
}

/** The messages are kept, and have numbers. */
export interface Appended {
  /** Distinguishes the answers. */
  readonly kind: "appended";
  /** The number of the first message. */
  readonly first: number;
  /** The number of the last message. */
  readonly last: number;
  /** How many of the oldest messages made room. */
  readonly dropped: number;
  /** What waits for the client now, in bytes. */
  readonly bytes: number;
  /** The node to notify, if one holds the session. */
  readonly node: string | undefined;
}

/** The bounds do not allow it. Nothing was kept. */
export interface Full {
  /** Distinguishes the answers. */
  readonly kind: "full";
  /** How many messages wait. */
  readonly messages: number;
  /** How many bytes wait. */
  readonly bytes: number;
}

/** The client takes no message of this size. Nothing was kept. */
export interface TooLarge {
  /** Distinguishes the answers. */
  readonly kind: "too-large";
  /** The largest message that the client takes, in bytes. */
  readonly maxMessage: number;
}

/** There is no such session any more. */
export interface Gone {
  /** Distinguishes the answers. */
  readonly kind: "gone";
}

/** The lease has ended. Nothing was done. */
export interface Fenced {
  /** Distinguishes the answers. */
  readonly kind: "fenced";
}

/** One step of whoever handles a session's messages. */
export interface AcceptStep {
  /** The right to act for the session. */
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
  /** How long the session outlives this step, in milliseconds. */
  readonly ttl: number;
  /**
   * Appended in the same step. They may exceed the bounds of the buffer: an
   * acceptance cannot be refused for them.
   */
  readonly replies: readonly Payload[];
}

/** The step is done. */
export interface Accepted {
  /** Distinguishes the answers. */
  readonly kind: "accepted";
  /** The last number in the log, replies included. */
  readonly last: number;
  /** What waits for the client now, in bytes. */
  readonly bytes: number;
}

/** A message to a client. */
export interface Stored {
  /** Its number, from 1. */
  readonly seq: number;
  /** The content. */
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
  | { readonly kind: "expired" }
  /** Whoever makes room: no node holds the session. */
  | { readonly kind: "detached" };

/** The session has ended. For the time of the tombstone it is known how. */
export interface Ended {
  /** Distinguishes the answers. */
  readonly kind: "ended";
  /** The client's messages up to this number were accepted. */
  readonly accepted: number;
  /** Up to here a handler may have begun. */
  readonly claimed: number;
  /** What the client had not consumed. */
  readonly unconsumed: readonly Stored[];
  /** The node to notify, if one held the session. */
  readonly node: string | undefined;
}

/** The answer to `attach()`. */
export type AttachAnswer = Attached | Busy | Refused;
/** The answer to `append()`. */
export type AppendAnswer = Appended | Full | TooLarge | Gone;
/** The answer to `accept()`. */
export type AcceptAnswer = Accepted | Fenced | Gone;
/** The answer to `end()`. */
export type EndAnswer = Ended | Fenced | Gone;

/** A notice of a store to the node that holds a session. */
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
  }
  /** The data of the store may have gone back: no lease holds any more. */
  | { readonly type: "rolled-back"; readonly session: string };

/** Where sessions live. */
export interface SessionStore extends AsyncDisposable {
  /** Changes whenever data may be gone. */
  readonly generation: string;
  /** Begins a session. Rejects if there is one with this id. */
  open(init: SessionInit): Promise<Lease>;
  /** Gives a session to a connection, or says why not. */
  attach(claim: AttachClaim): Promise<AttachAnswer>;
  /** Keeps messages for a client, within bounds. */
  append(
    session: string,
    messages: readonly Payload[],
    bounds: BufferBounds,
  ): Promise<AppendAnswer>;
  /** Accepts, claims, forgets and replies: all of it or nothing. */
  accept(step: AcceptStep): Promise<AcceptAnswer>;
  /** The messages after this number, in order, at most `limit` of them. */
  read(
    session: string,
    after: number,
    limit: number,
  ): Promise<readonly Stored[]>;
  /**
   * Lets go of a session. Does nothing if the lease has ended.
   *
   * @returns What waits for the client, in bytes.
   */
  detach(lease: Lease, ttl: number): Promise<number>;
  /** Prolongs leases by `ttl`; returns those that have ended. */
  touch(leases: readonly Lease[], ttl: number): Promise<readonly Lease[]>;
  /**
   * Ends a session; a tombstone stays for this many milliseconds. Rejects if it
   * cannot say whether it has: then it says so when it is asked again. 0: no client
   * will ask for it, so it is kept for such a question alone.
   */
  end(
    session: string,
    condition: EndCondition,
    tombstone: number,
  ): Promise<EndAnswer>;
  /** Sessions whose time is over, for `end()` with `expired`. */
  due(limit: number): Promise<readonly string[]>;
  /** Subscribes to notices of the sessions that this node holds. */
  listen(
    node: string,
    listener: (notice: StoreNotice) => void,
  ): Promise<AsyncDisposable>;
}
