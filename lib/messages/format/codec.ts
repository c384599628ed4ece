/**
 * Codecs: from messages to values and back, within limits.
 *
 * @module
 */

import { sizeOf } from "../../queue/data.ts";
import { check, type Rule } from "../../client/options/validate.ts";
import { DecodeError } from "./errors.ts";
import { checkKeys, checkTree } from "./safe_tree.ts";

/** An encoded message: text or binary data. */
export type Frame = string | ArrayBuffer | Uint8Array<ArrayBuffer>;

/**
 * Turns values into messages and messages into values. Both functions may throw:
 * an error of `encode()` reaches the caller, an error of `decode()` makes the
 * message invalid.
 *
 * @example Speaking MessagePack
 * ```ts
 * import { decode, encode } from "@msgpack/msgpack";
 * import { type Codec, limitCodec } from "@holdfast/websocket/messages";
 * import { assertEquals } from "@std/assert";
 *
 * const codec: Codec = limitCodec({
 *   encode: (value) => encode(value),
 *   decode(data) {
 *     if (typeof data === "string") throw new TypeError("Expected binary data");
 *     return decode(data);
 *   },
 * });
 * const frame = codec.encode({ type: "say", text: "hello" });
 * if (frame instanceof Uint8Array) {
 *   assertEquals(codec.decode(frame.slice().buffer), { type: "say", text: "hello" });
 * }
 * ```
 */
export interface Codec {
  /** Encodes a value. */
  encode(value: unknown): Frame;
  /** Decodes a message; a Blob arrives as an `ArrayBuffer`. */
  decode(data: string | ArrayBuffer): unknown;
}

/**
 * The limits of what a codec decodes.
 *
 * @example Small and flat messages only
 * ```ts
 * import { DecodeError, type DecodeLimits, jsonCodec } from "@holdfast/websocket/messages";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const limits: DecodeLimits = { maxBytes: 4_096, maxDepth: 2 };
 * const codec = jsonCodec(limits);
 * assertEquals(codec.decode('{"at":[1,2]}'), { at: [1, 2] });
 * assertThrows(() => codec.decode('{"at":[[1],2]}'), DecodeError);
 * ```
 */
export interface DecodeLimits {
  /** The size of a message, in UTF-8 or binary bytes. @default {1_048_576} */
  readonly maxBytes?: number;
  /** How deep objects and arrays may be nested. @default {64} */
  readonly maxDepth?: number;
}

const LIMITS: Rule = {
  members: {
    maxBytes: {
      wanted: "a number of bytes from 1",
      within: (value) => value >= 1,
    },
    maxDepth: { wanted: "a number from 1", within: (value) => value >= 1 },
  },
};

/** Fills in the defaults and checks the values. */
export function resolveLimits(limits: DecodeLimits): Required<DecodeLimits> {
  check(limits, "options", LIMITS);
  return {
    maxBytes: limits.maxBytes ?? 1_048_576,
    maxDepth: limits.maxDepth ?? 64,
  };
}

/**
 * Gives any codec the checks of {@linkcode jsonCodec}: it does not decode messages
 * that are too large, and refuses values that are too deep or have keys which
 * pollute prototypes.
 *
 * @example Limiting a codec
 * ```ts
 * import { jsonCodec, limitCodec } from "@holdfast/websocket/messages";
 * import { assertThrows } from "@std/assert";
 *
 * const codec = limitCodec(jsonCodec(), { maxBytes: 10 });
 * assertThrows(() => codec.decode('"much too long"'));
 * ```
 *
 * @param codec The codec.
 * @param limits What it may decode.
 * @returns A codec that keeps to the limits.
 * @throws {TypeError | RangeError} If a limit is not a number from 1.
 */
export function limitCodec(codec: Codec, limits: DecodeLimits = {}): Codec {
  const { maxBytes, maxDepth } = resolveLimits(limits);
  return {
    encode: (value) => codec.encode(value),
    decode(data) {
      checkSize(data, maxBytes);
      const value = codec.decode(data);
      checkTree(value, maxDepth);
      checkKeys(value);
      return value;
    },
  };
}

/** Throws if a message is too large. */
export function checkSize(data: string | ArrayBuffer, maxBytes: number): void {
  // A UTF-16 code unit takes at most three bytes, so most texts need no count.
  if (typeof data === "string" && data.length * 3 <= maxBytes) return;
  const bytes = sizeOf(data);
  if (bytes <= maxBytes) return;
  throw new DecodeError(
    `Cannot decode a message of ${bytes} bytes: maxBytes is ${maxBytes}`,
    { excerpt: "" },
  );
}
