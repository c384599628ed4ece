/**
 * Control messages: JSON behind `c|`.
 *
 * @module
 */

import {
  type Check,
  hasShape,
  isCount,
  isName,
  isPositive,
  isRecord,
  oneOf,
  type Shape,
} from "./checks.ts";
import {
  isLost,
  isOpen,
  isOpened,
  isResume,
  isResumed,
  type Lost,
  type Open,
  type Opened,
  type Resume,
  type Resumed,
} from "./handshake.ts";
import { type Violation, violation } from "./violation.ts";

/** Server to client: the messages that follow are of this generation. */
export interface Gen {
  readonly op: "gen";
  readonly gen: string;
}

/** Server to client: these numbers will not come. */
export interface Gap {
  readonly op: "gap";
  readonly from: number;
  readonly to: number;
  readonly why: "trimmed";
}

/** Server to client: resume elsewhere, `after` plus up to `spread` milliseconds from now. */
export interface Moving {
  readonly op: "moving";
  readonly after: number;
  readonly spread: number;
}

/** Client to server: a renewed token of the application. */
export interface Auth {
  readonly op: "auth";
  readonly auth: string;
}

/**
 * Client to server: messages up to this number may have been handled in a
 * session that is lost, and are sent again since the application asked for it.
 */
export interface Again {
  readonly op: "again";
  readonly upTo: number;
}

/** Client to server: the session ends. */
export interface Bye {
  readonly op: "bye";
  /** What the application consumed. */
  readonly ack: number;
}

/** Both directions: for people who look for a fault. */
export interface ErrorNote {
  readonly op: "error";
  readonly message: string;
}

/** A control message that this version does not know, which is ignored. */
export interface UnknownControl {
  readonly op: "unknown";
}

/** Each control message that is known. */
export type KnownControl =
  | Open
  | Opened
  | Resume
  | Resumed
  | Lost
  | Gen
  | Gap
  | Moving
  | Auth
  | Again
  | Bye
  | ErrorNote;

/** What `parseControl()` returns for a well-formed message. */
export type Control = KnownControl | UnknownControl;

const isText: Check = (value) => typeof value === "string";

const CONTROLS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["open", isOpen],
  ["opened", isOpened],
  ["resume", isResume],
  ["resumed", isResumed],
  ["lost", isLost],
  ["gen", shaped({ gen: isName })],
  ["gap", isGap],
  ["moving", shaped({ after: isCount, spread: isCount })],
  ["auth", shaped({ auth: isText })],
  ["again", shaped({ upTo: isPositive })],
  ["bye", shaped({ ack: isCount })],
  ["error", shaped({ message: isText })],
]);

/** Writes a control message, with its header. */
export function encodeControl(control: KnownControl): string {
  return `c|${JSON.stringify(control)}`;
}

/** Reads the JSON of a control message. */
export function parseControl(json: string): Control | Violation {
  const value = parse(json);
  if (!isRecord(value) || typeof value.op !== "string") {
    return violation("Malformed control message");
  }
  const check = CONTROLS.get(value.op);
  if (check === undefined) return { op: "unknown" };
  return check(value)
    ? value as object as KnownControl
    : violation(`Malformed control message: ${value.op}`);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function shaped(shape: Shape): Check {
  return (value) => hasShape(value, shape);
}

function isGap(value: unknown): boolean {
  const shape = { from: isPositive, to: isPositive, why: oneOf("trimmed") };
  if (!hasShape(value, shape)) return false;
  const { from, to } = value as Gap;
  return from <= to;
}
