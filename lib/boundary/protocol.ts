/**
 * What crosses the thread boundary, and nothing else.
 *
 * ## Terms
 *
 * - **Client**: the main thread's half. **Worker**: the other half, a
 *   `Worker` or, with `worker: "none"`, the far end of a `MessageChannel`.
 * - **Command**: a record from the client to the worker. **Notice**: a record
 *   from the worker to the client. Both are plain data with a `type`; those of
 *   a connection carry its `id`, a positive integer that is never reused.
 * - **Post**: one `postMessage`, in either direction: an array of records. A
 *   post is acknowledged with `ack` once all of its records are handled; one of
 *   nothing but `ready`, `connect`, signs of life or answers to earlier posts
 *   (`ack`, `taken`) is not. At most one `ack` of the worker waits for its next
 *   post.
 * - **Window** (`post_window.ts`): few posts are unacknowledged in each
 *   direction. The first goes at once; while the window is full, records
 *   gather on the side that wants to send them.
 *
 * ## Start
 *
 * The worker posts `ready` with its {@linkcode PROTOCOL_VERSION}, unasked, as
 * the first record of its first two posts, since Deno was seen to lose the first
 * one. The client compares, and ends a worker of another version.
 * The connections that a worker is started for are posted to it twice: before it
 * is ready, as the client may be blocked by then, and again when it is, as a
 * script that awaits something misses what is posted before it listens. The
 * worker ignores a `connect` whose `id` is not greater than all before.
 *
 * ## Messages and their order
 *
 * Outgoing messages of a connection are numbered from 1 in the order of
 * `send()` and cross in that order. The worker posts `taken` when the transport
 * has them, and `unsent` when it will never. At most
 * {@linkcode SEND_WINDOW_BYTES} or {@linkcode SEND_WINDOW_MESSAGES} cross ahead
 * of that, so the client's queue is the outbox and its limits are synchronous.
 *
 * Incoming messages are numbered in the order in which they entered the inbox;
 * those that it drops later keep their numbers. They cross in `messages`, and
 * at most {@linkcode RECEIVE_WINDOW_BYTES} or
 * {@linkcode RECEIVE_WINDOW_MESSAGES} cross ahead of `consumed`. After `closed`
 * only the posts' window holds the rest back. A notice with `after: n` happened
 * after message n: a client that dispatches messages as events waits for
 * message n first, one that is pulled from does not.
 *
 * | command | purpose | the worker's duty |
 * | --- | --- | --- |
 * | `connect` | a new connection | report each change of its status, `closed` last |
 * | `send` | messages to send | `taken` or `unsent` for each number |
 * | `cancel` | take a message back | `unsent` if it is still there |
 * | `reconnect` | a new attempt now | |
 * | `close` | end it, once messages up to `sent` are out | `closed` |
 * | `abandon` | the client has forgotten this connection | drop it, report nothing |
 * | `probe` | ping now | `probed` for the same `request` |
 * | `answer` | the answer to a `request` | ignore late ones |
 * | `consumed` | room for more messages | |
 * | `keeping` | the client has stored the `kept` with this `number` | send the frames and messages that wait for the last `kept` |
 * | `environment` | the network came or went, the page woke up or is put away | |
 * | `watch` | a sign of life is wanted | `alive` |
 *
 * With a session, `taken` means that the server has accepted the messages, and
 * `session.ts` says what else crosses.
 *
 * @module
 */

import type { Config } from "../connection/config/config.ts";
import type { Data } from "../queue/data.ts";
import type { Pack } from "../queue/pack.ts";
import type {
  CloseCause,
  Notification,
  NotificationOf,
  ProbeResult,
  StatusKind,
  StatusNotice,
} from "../connection/state.ts";
import type { NetworkConfig } from "../connection/config/network.ts";
import type {
  TransportChoice,
  TransportName,
} from "../connection/config/transports.ts";
import type { TokenPlacement } from "../identity/token.ts";
import type {
  SessionKept,
  SessionMark,
  SessionOpening,
  SessionRemains,
  SessionSetup,
} from "./session.ts";

export type {
  CloseCause,
  ProbeResult,
  StatusKind,
  StatusNotice,
  TokenPlacement,
};

/** The version of this protocol; both halves must agree on it. */
export const PROTOCOL_VERSION = 4;

/** Outgoing messages of one connection that the worker may hold. */
export const SEND_WINDOW_MESSAGES = 4_096;
/** Their size in bytes; one message may always cross. */
export const SEND_WINDOW_BYTES = 1 << 20;
/** Incoming messages of one connection that the client may hold. */
export const RECEIVE_WINDOW_MESSAGES = 32_768;
/** Their size in bytes; one message may always cross. */
export const RECEIVE_WINDOW_BYTES = 1 << 22;

/** Where to connect and with what: everything that a new connection needs. */
export interface Setup {
  readonly config: Config;
  /** The URL, or `undefined`: request it before each attempt. */
  readonly url?: string;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly transport: TransportChoice;
  /** TLS, proxy and compression, where an option sets them. */
  readonly network?: NetworkConfig;
  readonly token?: TokenSetup;
  readonly session?: SessionSetup;
  /** The URL of the hooks module. */
  readonly hooks?: string;
  /** `false`: stays idle until `reconnect`. */
  readonly autoConnect: boolean;
  /** Which log records are worth a notice. */
  readonly log: LogLevel | "silent";
}

/** Where the token comes from and where it goes. */
export interface TokenSetup {
  /** The token, or who provides it. */
  readonly source: { readonly kind: "static"; readonly token: string } | {
    readonly kind: "client" | "hook";
  };
  readonly placement: TokenPlacement;
  /** Whether the token may go over plain `ws:` to other machines. */
  readonly insecure: "allowed" | "loopback";
  /** Milliseconds before a JWT's `exp` at which it counts as expired. */
  readonly leeway: number;
  /** What to send on a live connection with a new token; `{token}` stands for it. */
  readonly renewal?: string;
}

/** The severity of a log record. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Why a message left a queue unsent or unread. */
export type DropReason =
  /** `close()`, or the end of the connection. */
  | "closed"
  /** The bound of the queue was reached. */
  | "overflow"
  /** Its `ttl` ran out. */
  | "expired"
  /** The signal of `write()` was aborted. */
  | "aborted"
  /** Nobody listens. */
  | "unread"
  /**
   * The transport refused it, its Blob could not be read, or it is larger than the
   * server of the session takes.
   */
  | "rejected"
  /** The connection was lost before `open`. */
  | "unopened"
  /**
   * The worker crashed, the connection was lost before the message was written as a
   * whole, Deno's own WebSocket took it as the peer closed, its session is lost, or
   * the socket ended before the server of its session accepted it. It may have been
   * sent, or not.
   */
  | "unknown"
  /** The session is lost, and the message with it. */
  | "session-lost"
  /** The bounds of the server's buffer dropped it. */
  | "trimmed"
  /** The server's store lost it, after it had been delivered. */
  | "rolled-back";

/** Which queue a dropped message was in. */
export type Direction = "inbound" | "outbound";

/** Messages that left a queue unsent (outbound) or unread (inbound), or are lost with a session. */
export interface Drop {
  /** How many; 0 if nobody knows. */
  readonly count: number;
  /** Their size, in bytes. */
  readonly bytes: number;
  readonly direction: Direction;
  readonly reason: DropReason;
  /** The numbers of the first and the last of them in the session, if they had one. */
  readonly first?: number;
  readonly last?: number;
}

/** A record from the client to the worker. */
export type Command =
  | {
    readonly type: "connect";
    readonly id: number;
    readonly setup: Setup;
    /** Only with `setup.session`. */
    readonly session?: SessionRemains;
  }
  | {
    readonly type: "send";
    readonly id: number;
    /** The number of the first message. */
    readonly first: number;
    readonly messages: readonly Data[];
    /** Milliseconds that each of them may still wait, below 0 within a long turn; `Infinity` for all if absent. */
    readonly ttls?: readonly number[];
  }
  | { readonly type: "cancel"; readonly id: number; readonly message: number }
  | { readonly type: "reconnect"; readonly id: number; readonly reason: string }
  | {
    readonly type: "close";
    readonly id: number;
    readonly closeCode?: number | undefined;
    readonly reason: string;
    /** The number of the last message that must go out first. */
    readonly sent: number;
  }
  | { readonly type: "abandon"; readonly id: number }
  | { readonly type: "probe"; readonly id: number; readonly request: number }
  | {
    readonly type: "answer";
    readonly id: number;
    readonly request: number;
    readonly answer: Answer;
  }
  | {
    readonly type: "consumed";
    readonly id: number;
    readonly messages: number;
    readonly bytes: number;
    /** With a session: the application has consumed all messages up to this number. */
    readonly upTo?: number;
  }
  /** Of a session: the `kept` with this number has arrived. */
  | { readonly type: "keeping"; readonly id: number; readonly number: number }
  | { readonly type: "environment"; readonly change: EnvironmentChange }
  | { readonly type: "watch" }
  | { readonly type: "ack" };

/** The answer to a `request`: a value, or what the user's function threw. */
export type Answer =
  | { readonly kind: "value"; readonly value: string }
  | { readonly kind: "failure"; readonly detail: string }
  /** It gave something that can never be used. */
  | { readonly kind: "unusable"; readonly detail: string };

/** What the main thread's platform reports. */
export type EnvironmentChange =
  | "online"
  | "offline"
  | "wake"
  /** The page goes into the back/forward cache; `online` or `offline` follows when it is back. */
  | "away";

/** A record from the worker to the client. */
export type Notice =
  | { readonly type: "ready"; readonly version: number }
  | {
    /** All messages of a post; its last record. `boundary/batches.ts` reads it. */
    readonly type: "messages";
    /** Of one connection after the other; many short ones in packs. */
    readonly messages: readonly (Data | Pack)[];
    /**
     * Four numbers for each connection: its `id`, the number of its first
     * message, how many it has, and their size in UTF-8 or binary bytes. An
     * object for each would slow down a broadcast to 1,000 connections.
     */
    readonly runs: readonly number[];
  }
  | {
    readonly type: "taken";
    readonly id: number;
    /** All up to this number have been taken or reported as unsent. */
    readonly upTo: number;
  }
  | {
    readonly type: "unsent";
    readonly id: number;
    readonly message: number;
    readonly reason: DropReason;
    /** Its number in the session, if it had one. */
    readonly seq?: number;
  }
  | {
    /** Of a session: to be kept for a successor of this worker; answered by `keeping`. */
    readonly type: "kept";
    readonly id: number;
    readonly number: number;
    readonly kept: SessionKept;
  }
  /** Of a session: how messages are numbered from some point on. */
  | { readonly type: "marked"; readonly id: number; readonly mark: SessionMark }
  | {
    /** Of a session: messages are lost that are in no queue of ours. */
    readonly type: "missing";
    readonly id: number;
    /** The number of the last message before the loss was known. */
    readonly after: number;
    readonly drop: Drop;
  }
  | NotificationNotice
  | {
    readonly type: "request";
    readonly id: number;
    readonly request: number;
    readonly what: "url" | "token";
  }
  | {
    /** Inbound messages that left the inbox unread. */
    readonly type: "dropped";
    readonly id: number;
    /** Messages up to this number that have not come will not come. */
    readonly upTo: number;
    readonly count: number;
    readonly bytes: number;
    readonly reason: DropReason;
  }
  | {
    readonly type: "log";
    readonly id: number;
    readonly level: LogLevel;
    readonly message: string;
    readonly fields: Readonly<Record<string, string | number | boolean>>;
  }
  /** Posted each second, and as the answer to a `watch`. */
  | { readonly type: "alive" }
  /** The worker is about to die of this. */
  | { readonly type: "crashed"; readonly detail: string }
  /** A record that is not one of these came in. */
  | { readonly type: "malformed"; readonly detail: string }
  | { readonly type: "ack" };

/**
 * A notification of the connection's machine, with the connection it is about
 * and when it happened. `closed` is the last notice of a connection.
 */
export type NotificationNotice =
  & {
    readonly id: number;
    /** The number of the last message that arrived before it. */
    readonly after: number;
  }
  & (
    | Exclude<
      Notification,
      { readonly type: "opened" | "disconnected" | "closed" | "heartbeat" }
    >
    | NotificationOf<"disconnected" | "closed"> & {
      /** The URL of the attempt, without a token; absent if none was known. */
      readonly url?: string;
    }
    | NotificationOf<"opened"> & {
      /** The URL that was connected to, without a token. */
      readonly url: string;
      readonly transport: TransportName;
      readonly session?: SessionOpening;
    }
    | NotificationOf<"heartbeat"> & {
      /** The longest time between two pings of this connection so far, in milliseconds. */
      readonly longestGap: number;
    }
  );

/** A notice of one type. */
export type NoticeOf<T extends Notice["type"]> = Extract<
  Notice,
  { readonly type: T }
>;

/** A notice of one connection. */
export type ConnectionNotice = Extract<Notice, { readonly id: number }>;
