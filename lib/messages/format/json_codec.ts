/**
 * JSON, with the checks that untrusted input needs.
 *
 * @module
 */

import {
  checkSize,
  type Codec,
  type DecodeLimits,
  resolveLimits,
} from "./codec.ts";
import { DecodeError } from "./errors.ts";
import { excerptOf } from "./excerpt.ts";
import { checkKeys, tooDeep } from "./safe_tree.ts";

/** Keys that pollute prototypes, as they are or with ASCII letters escaped. */
const SUSPICIOUS = /__proto__|constructor|\\u00/;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Makes the default codec. It sends JSON as text, and reads JSON from text and
 * from binary messages in UTF-8. It ignores a byte order mark (RFC 8259, 8.1).
 *
 * It checks size and depth before it parses. It refuses a message if one of its
 * objects has the key `__proto__`, or the key `constructor` with an object that
 * has the key `prototype`: to merge such an object into another one could change
 * a prototype. It does not strip these keys, because such a message is an attack
 * or a mistake and should not pass as something else. `constructor` and
 * `prototype` alone are ordinary keys. Numbers beyond the range of a double
 * become `Infinity`, and lone surrogates stay as they are: the schema decides
 * about both.
 *
 * @example Reading a message
 * ```ts
 * import { DecodeError, jsonCodec } from "@holdfast/websocket/messages";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const codec = jsonCodec({ maxDepth: 8 });
 * assertEquals(codec.decode('{"type":"say"}'), { type: "say" });
 * assertThrows(() => codec.decode('{"__proto__":{}}'), DecodeError);
 * assertThrows(() => codec.decode("[".repeat(9)), DecodeError);
 * ```
 *
 * @param limits What it may decode.
 * @returns The codec.
 * @throws {TypeError | RangeError} If a limit is not a number from 1.
 */
export function jsonCodec(limits: DecodeLimits = {}): Codec {
  const resolved = resolveLimits(limits);
  return { encode, decode: (data) => decode(data, resolved) };
}

function encode(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) {
    throw new TypeError(`Cannot encode ${typeof value} as JSON`);
  }
  return text;
}

function decode(
  data: string | ArrayBuffer,
  { maxBytes, maxDepth }: Required<DecodeLimits>,
): unknown {
  checkSize(data, maxBytes);
  const text = typeof data === "string" ? withoutMark(data) : textOf(data);
  const excess = excessOf(text, maxDepth);
  if (excess !== undefined) throw tooDeep(maxDepth, excerptOf(text, excess));
  const value = parse(text);
  if (SUSPICIOUS.test(text)) checkKeys(value);
  return value;
}

/** As `TextDecoder` does with binary messages. */
function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function textOf(data: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch (cause) {
    const text = new TextDecoder().decode(data);
    const excerpt = excerptOf(text, Math.max(0, text.indexOf("\ufffd")));
    throw new DecodeError(
      `Cannot decode a binary message that is not UTF-8: ${excerpt}`,
      { excerpt, cause },
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const excerpt = excerptOf(text, positionOf(cause));
    throw new DecodeError(
      `Cannot decode a message that is not JSON: ${excerpt}`,
      { excerpt, cause },
    );
  }
}

/** Some engines say where the fault is. */
function positionOf(cause: unknown): number {
  const match = cause instanceof Error && /position (\d+)/.exec(cause.message);
  return match ? Number(match[1]) : 0;
}

/** Finds where a text gets too deep. Without recursion, which a deep text would exhaust. */
function excessOf(text: string, maxDepth: number): number | undefined {
  if (text.length <= maxDepth) return undefined;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(text, index);
        break;
      case OPENING_BRACKET:
      case OPENING_BRACE:
        depth += 1;
        if (depth > maxDepth) return index;
        break;
      case CLOSING_BRACKET:
      case CLOSING_BRACE:
        depth -= 1;
    }
  }
  return undefined;
}

/** Finds the quote that closes a string: one behind an even number of backslashes. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) {
    backslashes += 1;
  }
  return backslashes % 2 === 1;
}
