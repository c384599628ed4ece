/**
 * The types of the connection machine: its states, its events, its effects, and
 * its notifications. All of them are plain data. Instants are in milliseconds of
 * a monotonic clock; `Infinity` means never.
 *
 * @module
 */

import type { CloseInfo } from "../rfc6455/close.ts";
import type { Config } from "./config/config.ts";
import type { Failure, Phase } from "./failure.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Now } from "./suspension.ts";

/** What every state has. */
export interface RetryState {
  /** The latest socket id; ids grow and are never reused. */
  readonly lastSocketId: number;
  /** The latest attempt's number in its series, from 1; 0 before the first. */
  readonly attempt: number;
  /** Attempts in the present series; the loss of a stable connection starts a new series. */
  readonly attemptsInSeries: number;
  /** Failed attempts and unstable connections in a row: the backoff depends on it. */
  readonly failures: number;
  /** When the series began, or when the network last came back in it. */
  readonly seriesStartedAt: number;
  /** How often a connection was open. */
  readonly opens: number;
  /** What the platform says about the network. */
  readonly network: "online" | "offline";
  /** `renewed`: since a server last accepted the token, it was renewed. */
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
  /** `excused`: a deadline was so late that this side must have been asleep. */
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
   * Before this instant the server does not want the client back, even if the
   * network comes back or the user returns to the page. On the wall clock, which
   * goes on while a machine sleeps.
   */
  readonly notBefore: number;
  /** When to make an attempt although the platform says that there is no network. */
  readonly trialAt: number;
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

/** Ended for good. */
export interface Closed extends RetryState {
  readonly kind: "closed";
}

/** The state of a connection. */
export type State = Idle | Connecting | Open | Waiting | Closing | Closed;

/** What both sides agreed on in the handshake. */
export interface Agreed {
  readonly protocol: string;
  readonly extensions: string;
  /** Whether the transport has ping frames. */
  readonly pings: "frames" | "none";
  /**
   * `relayed`: another thread may hold back what is sent and what arrives, as
   * the main thread of a page does in Firefox and Safari.
   */
  readonly output: "direct" | "relayed";
}

/** `stalled`: something that was sent has not left. */
export type Output = "flowing" | "stalled";

/** The input of the machine. An event with a `socket` counts only for the present socket. */
export type Event =
  | { readonly type: "connect" }
  | {
    readonly type: "reconnect";
    readonly reason: string;
    /** 1000, unless the server knows another one. */
    readonly closeCode?: number;
  }
  | {
    readonly type: "close";
    readonly closeCode: number | undefined;
    readonly reason: string;
  }
  /** URL and token are known. */
  | { readonly type: "resolved"; readonly socket: number }
  | {
    readonly type: "opened";
    readonly socket: number;
    readonly agreed: Agreed;
  }
  /** The greeting is complete. */
  | { readonly type: "greeted"; readonly socket: number }
  /** Our side cannot go on with this socket. */
  | {
    readonly type: "failed";
    readonly socket: number;
    readonly failure: Failure;
  }
  /** The transport has ended. */
  | {
    readonly type: "ended";
    readonly socket: number;
    readonly info: CloseInfo;
    readonly failure?: Failure;
    /** The result of the hook `classify()`. */
    readonly verdict?: Verdict;
  }
  /** Bytes have arrived, the latest at this instant. */
  | { readonly type: "heard"; readonly socket: number; readonly at: number }
  /** A ping was answered; without `ping` the latest one. */
  | {
    readonly type: "answered";
    readonly socket: number;
    readonly ping?: number;
  }
  | { readonly type: "paused"; readonly socket: number }
  | { readonly type: "resumed"; readonly socket: number }
  /** All queued messages are sent, after `close`. */
  | { readonly type: "drained"; readonly socket: number }
  | { readonly type: "probe"; readonly request: number }
  | { readonly type: "network"; readonly network: "online" | "offline" }
  /** The page is put away, and may come back: then the network is reported again. */
  | { readonly type: "away" }
  /** The computer or the process was asleep, or the page is visible again. */
  | { readonly type: "woke" }
  /** A deadline has come. @default {"flowing"} */
  | { readonly type: "due"; readonly output?: Output };

/** Whether to try again after an end. */
export type Verdict = "retry" | "fatal";

/** The output of the machine: what its driver must do. */
export type Effect =
  /** Resolve the URL and the token. */
  | { readonly type: "resolve"; readonly socket: number }
  /** Forget the token: the next `resolve` gets a new one. */
  | { readonly type: "invalidate" }
  | { readonly type: "open"; readonly socket: number }
  /** Send the greeting, before anything else. */
  | { readonly type: "greet"; readonly socket: number }
  /** Send a ping: a frame or a message. */
  | { readonly type: "ping"; readonly socket: number; readonly ping: number }
  /** Send a close frame and wait for the answer. */
  | {
    readonly type: "close";
    readonly socket: number;
    readonly closeCode: number | undefined;
    readonly reason: string;
  }
  /** Let the socket go: send a close frame if possible, and do not wait for an answer. */
  | {
    readonly type: "abandon";
    readonly socket: number;
    readonly closeCode: number;
    readonly reason: string;
  }
  | { readonly type: "notify"; readonly notification: Notification }
  /** The connection has ended: release everything. */
  | { readonly type: "release" };

/** The kind of a state, as the application sees it. */
export type StatusKind = State["kind"];

/** The status in a notification. */
export interface StatusNotice {
  /** Which of the states it is. */
  readonly kind: StatusKind;
  /** The attempt under way, or the latest one, from 1. 0: there was none. */
  readonly attempt: number;
  /**
   * `waiting`: milliseconds until the next attempt. `Infinity` while offline: the
   * network decides, and a trial every 30 to 60 s.
   */
  readonly delay?: number;
}

/** Why a connection ended for good. */
export type CloseCause = "requested" | "fatal" | "exhausted";

/** The result of a probe. */
export type ProbeResult =
  | { readonly kind: "latency"; readonly latency: number }
  | { readonly kind: "unsupported" }
  | { readonly kind: "not-open" }
  /** The inbox is full: reading is paused, so no answer could arrive. */
  | { readonly kind: "paused" }
  | { readonly kind: "failure"; readonly failure: Failure };

/** What the application is notified of. `status` is the status from then on. */
export type Notification =
  /** The status has changed, and nothing else has happened. */
  | { readonly type: "status"; readonly status: StatusNotice }
  | {
    readonly type: "opened";
    readonly status: StatusNotice;
    readonly protocol: string;
    readonly extensions: string;
    readonly reconnected: boolean;
  }
  | {
    /** A connection was lost or an attempt failed, and another attempt will follow. */
    readonly type: "disconnected";
    /** `waiting`, or, after `reconnect()`, `connecting`. */
    readonly status: StatusNotice;
    readonly info: CloseInfo;
    readonly failure?: Failure;
    /** The attempt that failed, or that had led to the connection; from 1. */
    readonly attempt: number;
  }
  | {
    /** The connection has ended for good. */
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

/** What a transition needs besides state and event. */
export interface Context {
  readonly config: Config;
  readonly now: Now;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** The result of a transition. */
export interface Step<S extends State = State> {
  readonly state: S;
  readonly effects: readonly Effect[];
}

/** Events that the application or the platform may send in any state. */
export type Request = Extract<
  Event,
  { type: "away" | "close" | "network" | "probe" | "reconnect" }
>;

/** All other events. */
export type Occurrence = Exclude<Event, Request>;
