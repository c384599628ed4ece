/**
 * Patterns of messages as data: what a heartbeat or a greeting expects. The
 * options make them, `client/options/`.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";

/**
 * A value that JSON can carry.
 *
 * @example A message that survives JSON
 * ```ts
 * import { type Json } from "@holdfast/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * const message: Json = { type: "say", to: ["ann", "bob"], urgent: false };
 * assertEquals(JSON.parse(JSON.stringify(message)), message);
 * ```
 */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * `exact`: the same text or bytes. `subset`: a JSON text that has at least
 * these members with these values, at each depth; arrays match whole: as many
 * elements, one by one.
 */
export type Pattern =
  | { readonly kind: "exact"; readonly data: Data }
  | { readonly kind: "subset"; readonly value: Json };

/** Longer texts, in UTF-16 units, match no subset: they are not parsed. */
export const MAX_SUBSET_LENGTH = 65_536;

/** How deep the objects and arrays of a subset may be nested. */
export const MAX_PATTERN_DEPTH = 64;

type JsonRecord = { readonly [key: string]: Json };

/** Says whether a message matches a pattern. Never throws, whatever the message. */
export function matches(pattern: Pattern, data: Data): boolean {
  switch (pattern.kind) {
    case "exact":
      return isSame(pattern.data, data);
    case "subset":
      return typeof data === "string" && hasSubset(data, pattern.value);
  }
}

function isSame(expected: Data, data: Data): boolean {
  if (typeof expected === "string" || typeof data === "string") {
    return expected === data;
  }
  if (expected.byteLength !== data.byteLength) return false;
  const bytes = new Uint8Array(data);
  return new Uint8Array(expected).every((byte, index) => byte === bytes[index]);
}

function hasSubset(text: string, expected: Json): boolean {
  if (text.length > MAX_SUBSET_LENGTH || !mayHave(text, expected)) return false;
  try {
    return contains(parse(text), expected, 1);
  } catch {
    return false;
  }
}

/** RFC 8259, 8.1: a byte order mark may be ignored. */
function parse(text: string): Json {
  return JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
}

/**
 * Rules out most texts without parsing them. In a JSON text without a backslash,
 * each key and string stands literally, in quotes.
 */
function mayHave(text: string, expected: Json): boolean {
  if (isArray(expected)) return text.trimStart().startsWith("[");
  if (!isRecord(expected)) return true;
  if (!text.trimStart().startsWith("{")) return false;
  return text.includes("\\") ||
    Object.entries(expected).every((member) => quotes(text, member));
}

function quotes(text: string, [key, value]: readonly [string, Json]): boolean {
  return text.includes(`"${key}"`) &&
    (typeof value !== "string" || text.includes(`"${value}"`));
}

function contains(actual: Json, expected: Json, depth: number): boolean {
  if (typeof expected !== "object" || expected === null) {
    return actual === expected;
  }
  if (depth > MAX_PATTERN_DEPTH) return false;
  if (isArray(expected)) {
    return isArray(actual) && actual.length === expected.length &&
      expected.every((it, index) => isMember(actual[index], it, depth));
  }
  return isRecord(actual) &&
    Object.entries(expected).every(([key, it]) =>
      isMember(ownMember(actual, key), it, depth)
    );
}

function isMember(
  actual: Json | undefined,
  expected: Json,
  depth: number,
): boolean {
  return actual !== undefined && contains(actual, expected, depth + 1);
}

/** Inherited members do not match. */
function ownMember(record: JsonRecord, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isRecord(value: Json): value is JsonRecord {
  return typeof value === "object" && value !== null && !isArray(value);
}

/** `Array.isArray()` does not narrow a readonly array. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
