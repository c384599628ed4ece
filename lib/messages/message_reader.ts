/**
 * Reads a message of the socket: decodes it, takes it out of its envelope, and
 * checks it against the schema of its type. Keeps the order.
 *
 * @module
 */

import { copyOfBinary, isArrayBuffer, isBlob } from "../queue/binary.ts";
import type { Codec } from "./format/codec.ts";
import type { Envelope, Message } from "./format/envelope.ts";
import { DecodeError } from "./format/errors.ts";
import { excerptOf } from "./format/excerpt.ts";
import { Resequencer, type ResequencerLimits } from "./resequencer.ts";
import {
  type Schemas,
  textOf,
  validate,
  type Verdict,
} from "./format/schemas.ts";
import type { Issue, Schema } from "./format/standard_schema.ts";

/** A message that reaches no handler. */
export interface InvalidMessage {
  /**
   * `"undecodable"`: the codec refused it. `"unroutable"`: it has no type.
   * `"mismatched"`: its schema refused it. `"overflow"`: too many messages were
   * waiting for a slow schema.
   */
  readonly kind: "undecodable" | "unroutable" | "mismatched" | "overflow";
  /** The type, where it is known. */
  readonly type: string | undefined;
  /** What was received: as decoded, or as it came if that failed. */
  readonly value: unknown;
  /** What is wrong with it; at least one. */
  readonly issues: readonly Issue[];
  /** The error that led to it, a {@linkcode DecodeError} where `"undecodable"`. */
  readonly cause?: unknown;
}

/** What to read messages with. */
export interface MessageReaderTools {
  readonly codec: Codec;
  readonly envelope: Envelope;
  readonly schemas: Schemas;
  readonly limits: ResequencerLimits;
}

/** Receives the results. Neither method may throw. */
export interface MessageReaderListener {
  /** A message with a type, in the order of arrival. */
  validated(verdict: Verdict): void;
  /** A message that cannot be read, in the order of arrival; an overflow at once. */
  invalid(message: InvalidMessage): void;
}

type Outcome = Verdict | InvalidMessage;

/** Reads messages. */
export class MessageReader {
  readonly #codec: Codec;
  readonly #envelope: Envelope;
  readonly #schemas: ReadonlyMap<string, Schema>;
  readonly #resequencer: Resequencer<Outcome>;
  readonly #listener: MessageReaderListener;

  /** Starts without a message. */
  constructor(
    { codec, envelope, schemas, limits }: MessageReaderTools,
    listener: MessageReaderListener,
  ) {
    this.#codec = codec;
    this.#envelope = envelope;
    // A received type must not find inherited members.
    this.#schemas = new Map(Object.entries(schemas));
    this.#resequencer = new Resequencer(
      limits,
      (outcome) => this.#report(outcome),
    );
    this.#listener = listener;
  }

  /** Reads a message: the `data` of an event. */
  receive(data: unknown): void {
    const bytes = sizeOf(data);
    if (this.#resequencer.hasRoomFor(bytes)) {
      this.#resequencer.add(bytes, this.#read(data));
    } else this.#listener.invalid(overflow(data));
  }

  /** Forgets the messages that wait for a schema. */
  clear(): void {
    this.#resequencer.clear();
  }

  #read(data: unknown): Outcome | Promise<Outcome> {
    if (!isBlob(data)) return this.#decodeAndValidate(data);
    return data.arrayBuffer().then(
      (buffer) => this.#decodeAndValidate(buffer),
      (cause: unknown) => undecodable(data, cause),
    );
  }

  #decodeAndValidate(data: unknown): Outcome | Promise<Outcome> {
    let value: unknown;
    try {
      value = this.#decode(data);
    } catch (cause) {
      return undecodable(data, cause);
    }
    try {
      const message = this.#envelope.unwrap(value);
      return message ? this.#validate(message) : unroutable(value, undefined);
    } catch (cause) {
      return unroutable(value, cause);
    }
  }

  #decode(data: unknown): unknown {
    if (typeof data === "string") return this.#codec.decode(data);
    // Node's `ws` gives a view, unless its `binaryType` is set.
    const buffer = isArrayBuffer(data) ? data : copyOfBinary(data);
    if (buffer !== undefined) return this.#codec.decode(buffer);
    throw new TypeError(`Cannot decode data of type ${typeof data}`);
  }

  #validate(message: Message): Outcome | Promise<Outcome> {
    return validate(message, this.#schemas);
  }

  #report(outcome: Outcome): void {
    if ("message" in outcome) this.#listener.validated(outcome);
    else this.#listener.invalid(outcome);
  }
}

/** Describes a message that its schema refused. */
export function mismatched(
  { message, issues, cause }: Extract<Verdict, { kind: "invalid" }>,
): InvalidMessage {
  const { type, data: value } = message;
  return { kind: "mismatched", type, value, issues, cause };
}

function undecodable(value: unknown, thrown: unknown): InvalidMessage {
  const cause = thrown instanceof DecodeError
    ? thrown
    : decodeError(value, thrown);
  const issues = [{ message: cause.message }];
  return { kind: "undecodable", type: undefined, value, issues, cause };
}

function decodeError(value: unknown, cause: unknown): DecodeError {
  const excerpt = typeof value === "string" ? excerptOf(value) : "";
  return new DecodeError(`Cannot decode a message: ${textOf(cause)}`, {
    excerpt,
    cause,
  });
}

function unroutable(value: unknown, cause: unknown): InvalidMessage {
  const issues = [{ message: "Message without a type" }];
  return { kind: "unroutable", type: undefined, value, issues, cause };
}

function overflow(value: unknown): InvalidMessage {
  const issues = [{ message: "Too many messages wait for their schemas" }];
  return { kind: "overflow", type: undefined, value, issues };
}

/** Exact enough for a bound: text counts two bytes per UTF-16 unit, as in memory. */
function sizeOf(data: unknown): number {
  if (typeof data === "string") return data.length * 2;
  if (isArrayBuffer(data)) return data.byteLength;
  if (ArrayBuffer.isView(data)) return data.byteLength;
  return isBlob(data) ? data.size : 0;
}
