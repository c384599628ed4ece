/**
 * What becomes of what happens: lines, records of JSON, or a screen.
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
import type { Message } from "./input.ts";

/** Tells a person or a program what happens. */
export interface Reporter {
  /** A connection is ready. */
  opened(event: OpenEvent): void;
  /** A connection was lost or an attempt failed. */
  disconnected(event: DisconnectEvent): void;
  /** Messages left a queue. */
  dropped(event: DropEvent): void;
  /** The end has come. */
  closed(event: EndEvent): void;
  /** A round trip was measured, in milliseconds. */
  measured(latency: number): void;
  /** Something may look different now. */
  refresh(): void;
  /** A message is about to be sent. */
  sent(message: Message): void;
  /** A message arrived. Settles when there is room for the next one. */
  received(message: MessageData): Promise<void>;
  /** It ended by this error. */
  failed(error: unknown): void;
  /** Settles when all that was told has been written. */
  flush(): Promise<void>;
  /** Lets go of the terminal. */
  end(): void;
  /** Resolves to the error once stdout takes no more. */
  readonly outputFailed: Promise<unknown>;
}

/** How much of binary data is shown, in bytes. */
const SHOWN_BYTES = 24;

/** Says that a connection is ready. */
export function openText({ reconnected, attempt }: OpenEvent): string {
  const what = reconnected ? "Connected again" : "Connected";
  return attempt > 1 ? `${what}, attempt ${attempt}` : what;
}

/** Says why a connection is gone, and when the next attempt begins. */
export function disconnectText(
  { error, closeCode, delay }: DisconnectEvent,
): string {
  if (error !== undefined) return errorText(error);
  const next = delay === Infinity
    ? "next attempt when the network is back"
    : `next attempt in ${(delay / 1_000).toFixed(1)} s`;
  return `Closed by the server with code ${closeCode}; ${next}`;
}

/** Reasons whose word alone says too little. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["closed", "the session has ended"],
  ["overflow", "more than the queue holds"],
  ["rejected", "refused by the transport"],
]);

/** Says which messages were lost, and why. */
export function dropText(
  { count, bytes, direction, reason }: Pick<
    DropEvent,
    "count" | "bytes" | "direction" | "reason"
  >,
): string {
  const fate = direction === "outbound" ? "not sent" : "not read";
  const why = REASONS.get(reason) ?? reason;
  return `${countOf(count, "message")} ${fate} (${
    countOf(bytes, "byte")
  }, ${why})`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Advice that names options, and what a user of the command line can do. */
const ADVICE: readonly (readonly [option: string, flag: string])[] = [
  [
    "Make a new socket, or raise backoff.maxAttempts or backoff.maxElapsed",
    "Run it again, or raise --max-attempts",
  ],
  ["heartbeat.interval", "--ping-interval"],
  ['"allowInsecure"', "--allow-insecure"],
];

/** Gives the message of an error, with flags instead of options. */
export function errorText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return ADVICE.reduce(
    (text, [option, flag]) => text.replaceAll(option, flag),
    message,
  );
}

/** Gives the bytes of a message; `binaryType` is `"arraybuffer"`. */
export function bytesOf(message: Exclude<MessageData, string>): Uint8Array {
  if (message instanceof ArrayBuffer) return new Uint8Array(message);
  throw new TypeError("Cannot show a Blob: set binaryType to arraybuffer");
}

/** Gives the size and the first bytes. */
export function binaryText(bytes: Uint8Array): string {
  const head = [...bytes.subarray(0, SHOWN_BYTES)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const more = bytes.length > SHOWN_BYTES ? " …" : "";
  return `(${bytes.length} bytes) ${head}${more}`.trimEnd();
}
