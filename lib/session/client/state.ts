/**
 * The states, events and effects of the client's end of a session.
 *
 * @module
 */

import {
  acknowledgeable,
  addMark,
  type Marks,
  startMarks,
} from "../flow/consumption.ts";
import type { Credit } from "../flow/credit.ts";
import type { Frame } from "../wire/frame.ts";
import type { LostReason, WireWindow } from "../wire/handshake.ts";
import { ATTEMPT_MARGIN } from "../wire/limits.ts";
import { emptyAfter, type Numbered, push, sizeOf } from "../flow/numbered.ts";
import type { Payload } from "../wire/payload.ts";
import { lastOf, type Positions } from "../flow/positions.ts";
import type { Capacity, Progress, Receiving } from "../flow/receiving.ts";
import type { DataRun } from "../wire/run.ts";
import type { Violation } from "../wire/violation.ts";

/** A message of the application. */
export interface Outgoing {
  /** The application's own number for it; grows. The protocol's may change. */
  readonly id: number;
  readonly data: Payload;
  /** The size of `data`, in bytes. */
  readonly bytes: number;
}

/** What it takes to resume. */
export interface Ticket {
  readonly session: string;
  /** Never to be shown. */
  readonly token: string;
  /** The application subprotocol that was chosen. */
  readonly protocol: string;
}

/** What is kept between connections. */
export interface LastingState {
  /** Random, one per client object. */
  readonly instance: string;
  /** The number of the last dial. */
  readonly attempt: number;
  readonly ticket: Ticket | undefined;
  /** What came, by generation. */
  readonly positions: Positions;
  /** What was sent and is not accepted, under its numbers. */
  readonly retained: Numbered<Outgoing>;
  /** The sizes of what was delivered and is not consumed, by delivery. */
  readonly held: Numbered<number>;
  readonly heldBytes: number;
  readonly marks: Marks;
  /** Up to here messages are sent again that may have been handled in another session. */
  readonly againTo: number;
  /** `"changed"`: no message goes until the main thread has confirmed what was kept. */
  readonly numbering: "kept" | "changed";
  /** When `close()` waits no longer; `Infinity` while nobody called it. */
  readonly closeAt: number;
}

/** Without a connection. */
export interface ClientDetached extends LastingState {
  readonly kind: "detached";
}

/** The first message is sent. */
export interface ClientHandshaking extends LastingState {
  readonly kind: "handshaking";
  readonly connection: number;
  readonly request: "open" | "resume";
  /** When the answer must be there. */
  readonly deadline: number;
  /** The credit that the request granted. */
  readonly granted: WireWindow;
  /** What the request acknowledged. */
  readonly acked: number;
}

/** Ready for messages. */
export interface ClientAttached extends LastingState {
  readonly kind: "attached";
  readonly connection: number;
  readonly credit: Credit;
  readonly receiving: Receiving;
  /** The generation of the next message. */
  readonly generation: string;
  /** The largest message that the server takes, in bytes. */
  readonly maxMessage: number;
  /** When to leave this connection, as the server asked; `Infinity` if it did not. */
  readonly moveAt: number;
}

/** The end. */
export interface ClientEnded extends LastingState {
  readonly kind: "ended";
}

/** The client's end of a session. */
export type ClientState =
  | ClientDetached
  | ClientHandshaking
  | ClientAttached
  | ClientEnded;

/** What the client's machine receives. */
export type ClientEvent =
  /** A connection with the subprotocol is open. Ids grow. */
  | {
    readonly type: "connected";
    readonly connection: number;
    readonly auth?: string;
  }
  | { readonly type: "disconnected"; readonly connection: number }
  | {
    readonly type: "received";
    readonly connection: number;
    /** Frames that came together, only if `takesRun()`. */
    readonly frame: Frame | DataRun | Violation;
  }
  /** Only if `canSend()`. */
  | { readonly type: "send"; readonly message: Outgoing }
  /** Messages that would have been next were reported as unsent. */
  | { readonly type: "skipped" }
  /** All that was to be kept is kept. */
  | { readonly type: "confirmed" }
  /** The application consumed all deliveries up to this index. */
  | { readonly type: "consumed"; readonly index: number }
  | { readonly type: "ping"; readonly n: number }
  /** The application's token was renewed. */
  | { readonly type: "authenticate"; readonly auth: string }
  /** The page may be gone soon: acknowledge at once. */
  | { readonly type: "flush" }
  /** All that was queued has been sent, and no more will be. */
  | { readonly type: "close" }
  | { readonly type: "due" };

/** A range of numbers, both included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** How a connection took the session up. */
export type SessionNews =
  | { readonly kind: "opened"; readonly ticket: Ticket }
  | {
    readonly kind: "resumed";
    readonly ticket: Ticket;
    /** What this side has and the store forgot: `"rolled-back"`. */
    readonly orphans: NumberRange | undefined;
    /** What was accepted and the store forgot: `"rolled-back"`. */
    readonly forgotten: NumberRange | undefined;
  }
  | {
    readonly kind: "lost";
    readonly ticket: Ticket;
    readonly why: LostReason;
  };

/** What the client's machine asks for, to be done in this order. */
export type ClientEffect =
  | {
    readonly type: "transmit";
    readonly connection: number;
    readonly data: Payload;
  }
  /** To be kept where it outlives the worker, before anything that follows. */
  | {
    readonly type: "keep";
    readonly attempt: number;
    readonly ticket: Ticket | undefined;
    readonly againTo: number;
    /** The last number that was accepted, in the session of the ticket. */
    readonly accepted: number;
    /** For `advance()` with each delivery and each gap that follow. */
    readonly positions: Positions;
  }
  | { readonly type: "news"; readonly news: SessionNews }
  | {
    readonly type: "deliver";
    readonly index: number;
    readonly seq: number;
    readonly generation: string;
    readonly data: Payload;
  }
  /** The same for messages that came together; the first one has this index. */
  | {
    readonly type: "deliver-run";
    readonly index: number;
    readonly seq: number;
    readonly generation: string;
    readonly run: DataRun;
  }
  /** The server accepted all messages up to this one. */
  | { readonly type: "accepted"; readonly id: number; readonly seq: number }
  /** Outgoing messages will not be sent any more. */
  | {
    readonly type: "dropped";
    readonly why: "unknown" | "session-lost";
    readonly range: NumberRange;
    readonly messages: readonly Outgoing[];
  }
  /** A message is larger than the server takes, and has no number any more. */
  | {
    readonly type: "left-out";
    readonly id: number;
    readonly why: "rejected" | "unknown";
  }
  /** Incoming messages will not come. Without a range nobody knows how many. */
  | {
    readonly type: "missed";
    readonly why: "session-lost" | "trimmed";
    readonly range: NumberRange | undefined;
    /** In which generation the numbers were given, as far as the client knows. */
    readonly generation: string;
  }
  | { readonly type: "pong"; readonly n: number }
  /** For people who look for a fault. */
  | { readonly type: "error"; readonly message: string }
  | {
    readonly type: "disconnect";
    readonly connection: number;
    readonly closeCode: number;
    readonly reason: string;
  }
  /** Nothing more will happen. */
  | { readonly type: "ended" };

/** What the client asks for and how it waits. Durations in milliseconds. */
export interface ClientConfig {
  readonly capacity: Capacity;
  readonly maxMessage: number;
  readonly ttl: number;
  readonly protocols: readonly string[];
  /** What to do when the session is gone. */
  readonly onLost: "continue" | "close";
  /** What to do with a message that may have been handled. */
  readonly onUnknown: "drop" | "resend";
  readonly answerTimeout: number;
  /** No answer is waited for after this instant, whatever `answerTimeout` allows. */
  readonly answerBy: number;
  readonly closeTimeout: number;
}

/** What a transition is given besides state and event. */
export interface ClientContext {
  readonly config: ClientConfig;
  /** Milliseconds of a monotonic clock. */
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** What a transition gives. */
export interface ClientStep<S extends ClientState = ClientState> {
  readonly state: S;
  readonly effects: readonly ClientEffect[];
}

/** What the main thread knows when a worker is gone. */
export interface ClientRemains {
  readonly instance: string;
  readonly attempt: number;
  readonly ticket: Ticket | undefined;
  readonly againTo: number;
  /** Of what has arrived on the main thread. */
  readonly positions: Positions;
  /** The last number that was accepted. */
  readonly accepted: number;
  /** What the worker was given and is not accepted, in order. */
  readonly unaccepted: readonly Outgoing[];
  /** What has arrived and is not consumed, in order. */
  readonly unconsumed: readonly Unconsumed[];
}

/** A message that waits on the main thread. */
export interface Unconsumed {
  readonly seq: number;
  readonly bytes: number;
}

/** The state of a client that nobody has connected. */
export function newClient(instance: string): ClientDetached {
  return {
    kind: "detached",
    instance,
    attempt: 0,
    ticket: undefined,
    positions: [],
    retained: emptyAfter(0),
    held: emptyAfter(0),
    heldBytes: 0,
    marks: startMarks(0, 0),
    againTo: 0,
    numbering: "kept",
    closeAt: Infinity,
  };
}

/**
 * The state of a client whose worker is gone. Messages are taken as sent if the
 * worker had them: it may have sent them just before its end. Deliveries are
 * counted anew, from the unconsumed ones on.
 */
export function restoreClient(remains: ClientRemains): ClientDetached {
  const { accepted, unaccepted, unconsumed, positions, attempt } = remains;
  const sizes = unconsumed.map(({ bytes }) => bytes);
  return {
    ...newClient(remains.instance),
    attempt: attempt + ATTEMPT_MARGIN,
    ticket: remains.ticket,
    againTo: remains.againTo,
    positions,
    retained: unaccepted.reduce(push, emptyAfter<Outgoing>(accepted)),
    held: sizes.reduce(push, emptyAfter<number>(0)),
    heldBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    marks: marksOf(unconsumed, lastOf(positions)),
  };
}

/** A mark wherever numbers do not go on by one, and one at the end. */
function marksOf(unconsumed: readonly Unconsumed[], last: number): Marks {
  const next = [...unconsumed.map(({ seq }) => seq), last + 1];
  return next.reduce<Marks>(
    (marks, seq, index) =>
      index > 0 && seq === next[index - 1]! + 1
        ? marks
        : addMark(marks, { index, seq: seq - 1 }),
    startMarks(0, last),
  );
}

/** The index of the last delivery that was consumed. */
export function consumedIndex({ held }: LastingState): number {
  return held.first - 1;
}

/** How far the application has got. */
export function progressOf(state: LastingState): Progress {
  return {
    ack: acknowledgeable(state.marks, consumedIndex(state)),
    heldMessages: sizeOf(state.held),
    heldBytes: state.heldBytes,
  };
}

/** Leaves out what belongs to a connection. */
export function lastingOf(state: ClientState): LastingState {
  const { instance, attempt, ticket, positions, retained } = state;
  const { held, heldBytes, marks, againTo, numbering, closeAt } = state;
  return {
    ...{ instance, attempt, ticket, positions, retained },
    ...{ held, heldBytes, marks, againTo, numbering, closeAt },
  };
}
