/**
 * The vocabulary of the connection machine: what it is, what it is told, and
 * what it asks for. All of it is plain data; instants are monotonic
 * milliseconds, and `Infinity` is never.
 *
 * @module
 */

import type { CloseInfo } from "../rfc6455/close.ts";
import type { Config } from "./config.ts";
import type { Failure, Phase } from "./failure.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Now } from "./suspension.ts";

/** What every state remembers. */
export interface RetryState {
  /** The socket id given last; ids grow and are never reused. */
  readonly lastSocketId: number;
  /** The latest attempt's number in its series, from 1; 0 before the first. */
  readonly attempt: number;
  /** Attempts in the present series; a stable connection starts a new one. */
  readonly attemptsInSeries: number;
  /** Failed attempts and unstable connections in a row: what backoff goes by. */
  readonly failures: number;
  /** When the series began, or a network was there again for it. */
  readonly seriesStartedAt: number;
  /** How often a connection was open. */
  readonly opens: number;
  /** What the platform says of the network. */
  readonly network: "online" | "offline";
  /** Whether the token was renewed since a server last proved to accept it. */
  readonly token: "proven" | "renewed";
}

/** Not started. */
export interface Idle extends RetryState {
  readonly kind: "idle";
}

/** An attempt is under way. */
export interface Connecting extends RetryState {
  readonly kind: "connecting";
  readonly phase: Phase;
  readonly socket: number;
  readonly deadline: number;
  /** The limit that `deadline` comes from, in milliseconds. */
  readonly timeout: number;
  /** `excused`: a deadline was served so late that this side had been asleep. */
  readonly lateness: "none" | "excused";
  /** What the handshake agreed on, once it has. */
  readonly agreed: Agreed;
}

/** Ready for messages. */
export interface Open extends RetryState {
  readonly kind: "open";
  readonly socket: number;
  readonly openedAt: number;
  readonly heartbeat: Heartbeat;
}

/** Between two attempts. */
export interface Waiting extends RetryState {
  readonly kind: "waiting";
  readonly retryAt: number;
  /**
   * Before this instant of the wall clock the server does not want us, whatever
   * the network or the page say. The wall clock, since a server's seconds go on
   * while a machine sleeps.
   */
  readonly notBefore: number;
}

/** `close()` was called on an open connection. */
export interface Closing extends RetryState {
  readonly kind: "closing";
  readonly socket: number;
  /** `draining`: what was queued goes out first. */
  readonly phase: "draining" | "handshake";
  readonly deadline: number;
  readonly closeCode: number | undefined;
  readonly reason: string;
}

/** The end. */
export interface Closed extends RetryState {
  readonly kind: "closed";
}

/** What a connection is. */
export type State = Idle | Connecting | Open | Waiting | Closing | Closed;

/** What a handshake agreed on. */
export interface Agreed {
  readonly protocol: string;
  readonly extensions: string;
  /** Whether the transport has ping frames. */
  readonly pings: "frames" | "none";
}

/** What the machine is told. Those with a `socket` count only for the one it owns. */
export type Event =
  | { readonly type: "connect" }
  | { readonly type: "reconnect"; readonly reason: string }
  | {
    readonly type: "close";
    readonly closeCode: number | undefined;
    readonly reason: string;
  }
  /** It is known where to connect. */
  | { readonly type: "resolved"; readonly socket: number }
  | {
    readonly type: "opened";
    readonly socket: number;
    readonly agreed: Agreed;
  }
  /** What the greeting waited for has come. */
  | { readonly type: "greeted"; readonly socket: number }
  /** Our side cannot go on with this socket. */
  | {
    readonly type: "failed";
    readonly socket: number;
    readonly failure: Failure;
  }
  /** The transport is at its end. */
  | {
    readonly type: "ended";
    readonly socket: number;
    readonly info: CloseInfo;
    readonly failure?: Failure;
    /** What the hook `classify()` said. */
    readonly verdict?: Verdict;
  }
  /** Bytes arrived, at the latest at this instant. */
  | { readonly type: "heard"; readonly socket: number; readonly at: number }
  /** A ping was answered; without `ping` the latest one. */
  | {
    readonly type: "answered";
    readonly socket: number;
    readonly ping?: number;
  }
  | { readonly type: "paused"; readonly socket: number }
  | { readonly type: "resumed"; readonly socket: number }
  /** The queue is out, after `close`. */
  | { readonly type: "drained"; readonly socket: number }
  | { readonly type: "probe"; readonly request: number }
  | { readonly type: "network"; readonly network: "online" | "offline" }
  /** The machine or process was asleep, or somebody looks at the page again. */
  | { readonly type: "woke" }
  | { readonly type: "due" };

/** Whether to try again after an end. */
export type Verdict = "retry" | "fatal";

/** What the machine asks for. */
export type Effect =
  /** Find out where to connect, and with which token. */
  | { readonly type: "resolve"; readonly socket: number }
  /** Forget the token: the next `resolve` gets a new one. */
  | { readonly type: "invalidate" }
  | { readonly type: "open"; readonly socket: number }
  /** Send what comes before anything else. */
  | { readonly type: "greet"; readonly socket: number }
  /** Send a ping, in whatever form. */
  | { readonly type: "ping"; readonly socket: number; readonly ping: number }
  /** Send a close frame and wait for the answer. */
  | {
    readonly type: "close";
    readonly socket: number;
    readonly closeCode: number | undefined;
    readonly reason: string;
  }
  /** Be done with it: a close frame if one can go out, but nobody waits. */
  | {
    readonly type: "abandon";
    readonly socket: number;
    readonly closeCode: number;
    readonly reason: string;
  }
  | { readonly type: "notify"; readonly notification: Notification }
  /** Nothing more will happen: let everything go. */
  | { readonly type: "release" };

/** What a connection is, seen from outside. */
export type StatusKind = State["kind"];

/** The state as it is told. */
export interface StatusNotice {
  /** Which of the states it is. */
  readonly kind: StatusKind;
  /** The attempt under way, or the one that led here; from 1. 0: there was none. */
  readonly attempt: number;
  /** `waiting`: milliseconds until the next attempt; `Infinity` while offline. */
  readonly delay?: number;
}

/** Why a connection ended for good. */
export type CloseCause = "requested" | "fatal" | "exhausted";

/** The result of a probe. */
export type ProbeResult =
  | { readonly kind: "latency"; readonly latency: number }
  | { readonly kind: "unsupported" }
  | { readonly kind: "not-open" }
  /** The inbox is full: nothing is read, so no answer could be seen. */
  | { readonly kind: "paused" }
  | { readonly kind: "failure"; readonly failure: Failure };

/** What the application hears of. A `status` is what the connection is from here on. */
export type Notification =
  /** The connection is something else now, and nothing besides happened. */
  | { readonly type: "status"; readonly status: StatusNotice }
  | {
    readonly type: "opened";
    readonly status: StatusNotice;
    readonly protocol: string;
    readonly extensions: string;
    readonly reconnected: boolean;
  }
  | {
    /** A connection was lost or an attempt failed, and there will be another. */
    readonly type: "disconnected";
    /** `waiting`, or, after `reconnect()`, `connecting`. */
    readonly status: StatusNotice;
    readonly info: CloseInfo;
    readonly failure?: Failure;
    /** The attempt that failed, or that had led to the connection; from 1. */
    readonly attempt: number;
  }
  | {
    /** The end. */
    readonly type: "closed";
    readonly status: StatusNotice;
    readonly info: CloseInfo;
    readonly cause: CloseCause;
    readonly failure?: Failure;
  }
  | { readonly type: "heartbeat"; readonly latency: number }
  | {
    readonly type: "probed";
    readonly request: number;
    readonly result: ProbeResult;
  };

/** A notification of one type. */
export type NotificationOf<T extends Notification["type"]> = Extract<
  Notification,
  { readonly type: T }
>;

/** What a transition is given besides state and event. */
export interface Context {
  readonly config: Config;
  readonly now: Now;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** What a transition gives. */
export interface Step<S extends State = State> {
  readonly state: S;
  readonly effects: readonly Effect[];
}

/** What the application or its platform asks for, in whatever state. */
export type Request = Extract<
  Event,
  { type: "close" | "network" | "probe" | "reconnect" }
>;

/** What happens to a connection on its own. */
export type Occurrence = Exclude<Event, Request>;
