/**
 * The first exchange on a connection: what the client asks for, and what the
 * server answers.
 *
 * @module
 */

import {
  type Check,
  hasShape,
  isCount,
  isName,
  isPositive,
  listOf,
  oneOf,
  optional,
  type Shape,
  textUpTo,
  tuple,
} from "./checks.ts";
import {
  MAX_CONTROL,
  MAX_POSITIONS,
  MAX_PROTOCOLS,
  MAX_TOKEN,
} from "./limits.ts";

/** How much the other side may send before the first acknowledgement: messages, bytes. */
export type WireWindow = readonly [messages: number, bytes: number];

/** The last number that a client has of a generation. */
export type WirePosition = readonly [generation: string, seq: number];

/** What both requests say. */
export interface Greeting {
  /** The number of the dial; grows with each dial of this session's client. */
  readonly attempt: number;
  /** Random, one per client object: distinguishes two tabs with one token. */
  readonly instance: string;
  /** What the server's `authenticate` gets. */
  readonly auth?: string;
  readonly window: WireWindow;
  /** The application's subprotocols, the most wanted first. */
  readonly protocols: readonly string[];
  /** The largest message that the client takes, in bytes. */
  readonly maxMessage: number;
  /** How long the session shall outlive its connection, in milliseconds. */
  readonly ttl: number;
}

/** Client to server: begin a session. */
export interface Open extends Greeting {
  readonly op: "open";
}

/** Client to server: go on with a session, or begin one if it is gone. */
export interface Resume extends Greeting {
  readonly op: "resume";
  readonly token: string;
  /** What the client holds or consumed, the newest generation first. */
  readonly have: readonly WirePosition[];
  /** What the application consumed. */
  readonly ack: number;
  /** The lowest number that the client can still send. */
  readonly first: number;
  /** The highest number that the client may have sent. */
  readonly last: number;
}

/** A new session. */
export interface NewSession {
  readonly session: string;
  readonly token: string;
  /** The generation of the first message. */
  readonly gen: string;
  readonly window: WireWindow;
  /** The chosen application subprotocol, or empty. */
  readonly protocol: string;
  readonly ttl: number;
  readonly maxMessage: number;
}

/** Server to client: the session has begun. */
export interface Opened extends NewSession {
  readonly op: "opened";
}

/** Server to client: the session goes on. */
export interface Resumed {
  readonly op: "resumed";
  /** The next token. The one that was presented dies when this one is used. */
  readonly token: string;
  /** The server accepted the client's messages up to this number. */
  readonly got: number;
  /** The server sends from the number after this one on. */
  readonly at: number;
  /** The server's last number. */
  readonly last: number;
  /** The generation of the message after `at`. */
  readonly gen: string;
  /** Up to here a message of the client may have been handled before. */
  readonly uncertain: number;
  /** How many messages the client has that the store forgot. */
  readonly orphans: number;
  /** How many messages the store forgot that it had accepted. */
  readonly forgotten: number;
  readonly window: WireWindow;
  readonly maxMessage: number;
}

/** Why a session could not be resumed. */
export type LostReason =
  /** The server or its application ended it. */
  | "ended"
  /** It was not resumed within its ttl. */
  | "expired"
  /** It made room for others. */
  | "evicted"
  /** The server knows no such session. */
  | "unknown"
  /** A newer token of it was used. */
  | "superseded"
  /** No generation is common, or the client's numbers are behind. */
  | "diverged";

/** All reasons, for validation. */
export const LOST_REASONS = [
  ...["ended", "expired", "evicted"] as const,
  ...["unknown", "superseded", "diverged"] as const,
] as const satisfies readonly LostReason[];

/** Server to client: the session is gone, and a new one has begun. */
export interface Lost {
  readonly op: "lost";
  readonly why: LostReason;
  /** Accepted up to this number; absent if nobody knows any more. */
  readonly got?: number;
  /** Up to here a message may have been handled; at least `got`. */
  readonly uncertain?: number;
  /** The last number that both know. */
  readonly at?: number;
  /** The last number that the server had given. */
  readonly last?: number;
  readonly opened: NewSession;
}

const isWindow: Check = tuple(isCount, isCount);
const isPosition: Check = tuple(isName, isCount);

const GREETING: Shape = {
  attempt: isPositive,
  instance: isName,
  auth: optional((value) => typeof value === "string"),
  window: isWindow,
  protocols: listOf(textUpTo(MAX_CONTROL), { min: 0, max: MAX_PROTOCOLS }),
  maxMessage: isPositive,
  ttl: isCount,
};

const NEW_SESSION: Shape = {
  session: isName,
  token: textUpTo(MAX_TOKEN),
  gen: isName,
  window: isWindow,
  protocol: (value) => typeof value === "string",
  ttl: isCount,
  maxMessage: isPositive,
};

const RESUME: Shape = {
  ...GREETING,
  token: textUpTo(MAX_TOKEN),
  have: listOf(isPosition, { min: 1, max: MAX_POSITIONS }),
  ack: isCount,
  first: isPositive,
  last: isCount,
};

const RESUMED: Shape = {
  token: textUpTo(MAX_TOKEN),
  got: isCount,
  at: isCount,
  last: isCount,
  gen: isName,
  uncertain: isCount,
  orphans: isCount,
  forgotten: isCount,
  window: isWindow,
  maxMessage: isPositive,
};

const LOST: Shape = {
  why: oneOf(...LOST_REASONS),
  got: optional(isCount),
  uncertain: optional(isCount),
  at: optional(isCount),
  last: optional(isCount),
  opened: (value) => hasShape(value, NEW_SESSION),
};

/** Returns whether a record is a valid `open`. */
export function isOpen(value: unknown): value is Open {
  return hasShape(value, GREETING);
}

/** Returns whether a record is a valid `resume`, and its numbers agree. */
export function isResume(value: unknown): value is Resume {
  if (!hasShape(value, RESUME)) return false;
  const { have, ack, first, last } = value as Resume;
  return first <= last + 1 && ack <= have[0]![1] && fallsByGeneration(have);
}

/** Returns whether a record is a valid `opened`. */
export function isOpened(value: unknown): value is Opened {
  return hasShape(value, NEW_SESSION);
}

/** Returns whether a record is a valid `resumed`, and its numbers agree. */
export function isResumed(value: unknown): value is Resumed {
  if (!hasShape(value, RESUMED)) return false;
  const { at, last } = value as Resumed;
  return at <= last;
}

/** Returns whether a record is a valid `lost`, and its numbers agree. */
export function isLost(value: unknown): value is Lost {
  if (!hasShape(value, LOST)) return false;
  const { got, uncertain, at, last } = value as Lost;
  const fates = [got, uncertain, at, last];
  if (fates.every((fate) => fate === undefined)) return true;
  // All of them are known, or none is: they come from one record.
  if (got === undefined || uncertain === undefined) return false;
  if (at === undefined || last === undefined) return false;
  return got <= uncertain && at <= last;
}

/**
 * An older generation reaches at most as far as a newer one, since the newer
 * began where the older was cut off; and each stands once.
 */
function fallsByGeneration(have: readonly WirePosition[]): boolean {
  const names = new Set(have.map(([generation]) => generation));
  return names.size === have.length &&
    have.every(([, seq], index) => index === 0 || seq <= have[index - 1]![1]);
}
