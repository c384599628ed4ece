/**
 * What a run reports, and the texts for people.
 *
 * @module
 */

import type {
  DisconnectEvent,
  DropEvent,
  EndEvent,
  OpenEvent,
} from "../../client/socket/events.ts";
import type { MessageData } from "../../client/socket/web_idl.ts";
import { withFlags } from "../flag_text.ts";
import { reasonOf } from "../reason.ts";
import type { Message } from "./input.ts";

/** Reports a run to a person or a program. */
export interface Reporter {
  /** A connection is ready. */
  opened(event: OpenEvent): void;
  /** A connection was lost or an attempt failed. */
  disconnected(event: DisconnectEvent): void;
  /** Messages left a queue. */
  dropped(event: DropEvent): void;
  /** The connection has ended for good. */
  closed(event: EndEvent): void;
  /** A round trip was measured, in milliseconds. */
  measured(latency: number): void;
  /** The status may have changed. */
  refresh(): void;
  /** A message is about to be sent. */
  sent(message: Message): void;
  /** A message has arrived. Settles when the next one may follow. */
  received(message: MessageData): Promise<void>;
  /** The run ends with this error. */
  failed(error: unknown): void;
  /** Settles when all reports have been written. */
  flush(): Promise<void>;
  /** Lets go of the terminal. */
  end(): void;
  /** Resolves to the error once stdout takes no more. */
  readonly outputFailed: Promise<unknown>;
}

/** How much of a binary message to show, in bytes. */
const SHOWN_BYTES = 24;

/** Gives the text for a connection. */
export function openText(
  { reconnected, attempt, session }: OpenEvent,
): string {
  const what = reconnected ? "Connected again" : "Connected";
  const which = attempt > 1 ? `, attempt ${attempt}` : "";
  return `${what}${which}${session ? `, session ${session.kind}` : ""}`;
}

/** Gives the text for a loss: its cause, and when the next attempt begins. */
export function disconnectText(
  { error, closeCode, delay }: DisconnectEvent,
): string {
  if (error !== undefined) return errorText(error);
  const next = delay === Infinity
    ? "next attempt when the network is back"
    : `next attempt in ${(delay / 1_000).toFixed(1)} s`;
  return `Closed by the server with code ${closeCode}; ${next}`;
}

/** Reasons in words; the others are clear as they are. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["closed", "the connection has ended"],
  ["overflow", "more than the queue holds"],
  ["rejected", "too large or unreadable"],
  ["unknown", "may have been sent"],
]);

/** Gives the text for messages that were lost. */
export function dropText(
  { count, bytes, direction, reason }: Pick<
    DropEvent,
    "count" | "bytes" | "direction" | "reason"
  >,
): string {
  const fate = fateOf(direction, reason);
  const why = REASONS.get(reason) ?? reason;
  return `${countOf(count, "message")} ${fate} (${
    countOf(bytes, "byte")
  }, ${why})`;
}

function fateOf(
  direction: DropEvent["direction"],
  reason: DropEvent["reason"],
): string {
  // "Not sent" would be wrong: nobody knows.
  if (reason === "unknown") return "lost";
  return direction === "outbound" ? "not sent" : "not read";
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Gives the message of an error, with flags instead of options. */
export function errorText(error: unknown): string {
  return withFlags(reasonOf(error));
}

/** Gives the bytes of a message; `binaryType` is `"arraybuffer"`. */
export function bytesOf(message: Exclude<MessageData, string>): Uint8Array {
  if (message instanceof ArrayBuffer) return new Uint8Array(message);
  throw new TypeError("Cannot show a Blob: set binaryType to arraybuffer");
}

/** Gives the size and the first bytes of a binary message. */
export function binaryText(bytes: Uint8Array): string {
  const head = [...bytes.subarray(0, SHOWN_BYTES)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const more = bytes.length > SHOWN_BYTES ? " …" : "";
  return `(${bytes.length} bytes) ${head}${more}`.trimEnd();
}
