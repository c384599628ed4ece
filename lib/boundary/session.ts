/**
 * What crosses the threads for connections with a session.
 *
 * The worker runs the session. The main thread keeps what a crash of the worker
 * must not lose: what was kept last ({@linkcode SessionKept}), where numbers go
 * on ({@linkcode SessionMark}), how far the application has got, and each message
 * that crossed until the server has accepted it. A new worker gets all of it with
 * `connect` ({@linkcode SessionRemains}).
 *
 * Two kinds of numbers: those of the boundary, which `protocol.ts` describes, go
 * on for incoming messages when a worker is replaced, and start again for
 * outgoing ones. Those of the session are what both peers count by.
 *
 * @module
 */

import type { Data } from "../queue/data.ts";
import type { ClientRemains, Ticket } from "../session/client/state.ts";
import type { Positions } from "../session/flow/positions.ts";
import type { Capacity } from "../session/flow/receiving.ts";
import type { LostReason } from "../session/wire/handshake.ts";

export type { LostReason };

/** What is done for a connection with a session. */
export interface SessionSetup {
  /** How much is held at most that was received and not consumed. */
  readonly window: Capacity;
  /** Whether a server without sessions is refused. */
  readonly required: boolean;
  /** When an incoming message counts as consumed. */
  readonly ack: "consumed" | "received" | "manual";
  readonly onLost: "continue" | "close";
  readonly onUnknown: "drop" | "resend";
}

/** How a connection took the session up. */
export type SessionOpening =
  /** A new session has begun. */
  | { readonly kind: "opened"; readonly id: string }
  /** The session goes on. */
  | { readonly kind: "resumed"; readonly id: string }
  /** The session is gone, and a new one has begun. Events `drop` report what is lost. */
  | {
    readonly kind: "lost";
    readonly id: string;
    readonly why: LostReason;
  }
  /** The server has no sessions, and the option `required` is off. */
  | { readonly kind: "none" };

/** What a worker has kept by the main thread. Never to be shown: it has a token. */
export interface SessionKept
  extends Pick<ClientRemains, "attempt" | "againTo" | "accepted"> {
  readonly ticket: Ticket | undefined;
}

/** Behind the message with the boundary's number `after`, the session's numbers go on after `seq`. */
export interface SessionMark {
  readonly after: number;
  readonly seq: number;
  readonly generation: string;
  /** What the client has at this point, by generation. */
  readonly positions: Positions;
}

/** What the main thread knows of a session when it starts a worker for it. */
export interface SessionRemains {
  /** Random, one per socket. */
  readonly instance: string;
  /** Nothing was kept before the first attempt. */
  readonly kept?: SessionKept;
  /** From the one that covers the first unconsumed message on. */
  readonly marks: readonly SessionMark[];
  /** The boundary's number of the last message that has arrived. */
  readonly arrived: number;
  /** The boundary's number of the last message that is consumed. */
  readonly consumed: number;
  /** The sizes of the messages in between, in bytes; 0 if they are with the application. */
  readonly sizes: readonly number[];
  /** What has crossed and is not accepted, in order. */
  readonly unaccepted: readonly Data[];
}
