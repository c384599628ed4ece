/**
 * Patterns of messages as data: what a heartbeat or a greeting expects.
 *
 * @module
 */

import type { Data } from "../queue/data.ts";

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

/** Longer texts, in UTF-16 units, match no subset: they are not worth parsing. */
export const MAX_SUBSET_LENGTH = 65_536;

/** How many objects and arrays within each other a subset may have. */
export const MAX_PATTERN_DEPTH = 64;

type JsonRecord = { readonly [key: string]: Json };

/** Tells whether a message matches a pattern. Never throws, whatever it is. */
export function matches(pattern: Pattern, data: Data): boolean {
  switch (pattern.kind) {
    case "exact":
      return isSame(pattern.data, data);
    case "subset":
      return typeof data === "string" && hasSubset(data, pattern.value);
  }
}

/**
 * Makes the pattern that a user's option stands for: text and binary data match
 * exactly, a plain object or an array matches as a JSON subset. All but text is
 * copied.
 *
 * @returns `undefined` for anything else, for what JSON cannot carry, and for
 * what is deeper than {@linkcode MAX_PATTERN_DEPTH}.
 */
export function patternOf(value: unknown): Pattern | undefined {
  if (typeof value === "string") return { kind: "exact", data: value };
  if (value instanceof ArrayBuffer) {
    return { kind: "exact", data: value.slice(0) };
  }
  if (ArrayBuffer.isView(value)) return { kind: "exact", data: copyOf(value) };
  if (typeof value !== "object" || value === null) return undefined;
  const json = jsonOf(value, 1);
  return json === undefined ? undefined : { kind: "subset", value: json };
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
    return contains(JSON.parse(text), expected, 1);
  } catch {
    return false;
  }
}

/**
 * Rules most texts out without parsing them. A JSON text without a backslash
 * has each of its keys and strings as they are, in quotes.
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

/** A text must not match by what objects inherit. */
function ownMember(record: JsonRecord, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function copyOf(view: ArrayBufferView): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = view;
  return Uint8Array.from(new Uint8Array(buffer, byteOffset, byteLength)).buffer;
}

function jsonOf(value: unknown, depth: number): Json | undefined {
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : undefined;
  }
  if (
    typeof value === "string" || typeof value === "boolean" || value === null
  ) return value;
  if (typeof value !== "object" || depth > MAX_PATTERN_DEPTH) return undefined;
  if (Array.isArray(value)) return elementsOf(value, depth);
  return isPlain(value) ? membersOf(value, depth) : undefined;
}

function elementsOf(
  values: readonly unknown[],
  depth: number,
): readonly Json[] | undefined {
  const elements: Json[] = [];
  for (const value of values) {
    const element = jsonOf(value, depth + 1);
    if (element === undefined) return undefined;
    elements.push(element);
  }
  return elements;
}

function membersOf(value: object, depth: number): JsonRecord | undefined {
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    const json = jsonOf(member, depth + 1);
    if (json === undefined) return undefined;
    members.push([key, json]);
  }
  // Unlike an assignment, this makes a key `__proto__` a member like others.
  return Object.fromEntries(members);
}

/** Tells an object literal, of any realm, from an instance of a class. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isRecord(value: Json): value is JsonRecord {
  return typeof value === "object" && value !== null && !isArray(value);
}

/** `Array.isArray()` does not narrow a readonly array. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
