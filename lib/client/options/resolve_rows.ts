/**
 * From options that obey their rules to the values that they stand for.
 *
 * @module
 */

import type { Pattern } from "../../connection/config/pattern.ts";
import { copyOfBinary } from "../../queue/binary.ts";
import type { Data } from "../../queue/data.ts";
import type { HookMarker, MessageBody, MessagePattern } from "./options.ts";
import { isBody, isHook } from "./rules.ts";
import { isObject, type Members, type Row } from "./validate.ts";

const HOOK: HookMarker = { hook: true };

/**
 * Resolves the value or the default of each option. An option without either is
 * left out.
 *
 * @param rows The rows, which say of what types the members of the result are.
 * @param options Options that obey the rules; others than the rows' are ignored.
 */
export function resolveRows<Resolved>(
  rows: Members["members"],
  options: object,
): Resolved {
  const resolved: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(rows)) {
    const value = resolveRow(row, Reflect.get(options, name));
    if (value !== undefined) resolved[name] = value;
  }
  return resolved as Resolved;
}

function resolveRow(row: Row, given: unknown): unknown {
  const value = given === undefined ? row.default : given;
  const whole = "members" in row ? resolveGroup(row.members, value) : value;
  if (whole === undefined) return undefined;
  return row.resolve ? row.resolve(whole as never) : whole;
}

/** `true` asks for a group as it is by default, `false` turns it off. */
function resolveGroup(members: Members["members"], value: unknown): unknown {
  if (value === false) return undefined;
  if (value === true) return resolveRows<object>(members, {});
  return isObject(value) ? resolveRows<object>(members, value) : value;
}

/** Converts a message into the form that the worker uses. */
export function toDataOrHook(
  message: MessageBody | HookMarker,
): Data | HookMarker {
  return isHook(message) ? HOOK : toData(message);
}

/** The same for the body of a message. */
export function toData(body: MessageBody): Data {
  // The rule allows only text, buffers and views.
  return typeof body === "string" ? body : copyOfBinary(body) as ArrayBuffer;
}

/** Converts a pattern into the form that the worker uses. */
export function toPatternOrHook(
  pattern: MessagePattern | HookMarker,
): Pattern | HookMarker {
  return isHook(pattern) ? HOOK : toPattern(pattern);
}

/** The same for one or several patterns. */
export function toPatterns(
  patterns: MessagePattern | readonly MessagePattern[],
): readonly Pattern[] {
  return Array.isArray(patterns)
    ? patterns.map(toPattern)
    : [toPattern(patterns as MessagePattern)];
}

/** The same where no hook can stand for it. */
export function toPattern(pattern: MessagePattern): Pattern {
  if (isBody(pattern)) return { kind: "exact", data: toData(pattern) };
  // What JSON cannot carry could not be matched, nor cloned.
  return { kind: "subset", value: JSON.parse(JSON.stringify(pattern)) };
}
