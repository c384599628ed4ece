/**
 * Checks of what a peer wrote as JSON.
 *
 * @module
 */

import { MAX_NAME } from "./limits.ts";

/** Returns whether a value is what a field needs. */
export type Check = (value: unknown) => boolean;

/** The fields of a record. Fields that it does not name are not looked at. */
export type Shape = Readonly<Record<string, Check>>;

/** Returns whether a value is a record whose named fields pass. */
export function hasShape(value: unknown, shape: Shape): boolean {
  if (!isRecord(value)) return false;
  return Object.entries(shape).every(([name, check]) =>
    check(Object.hasOwn(value, name) ? value[name] : undefined)
  );
}

/** A record, and not an array. */
export function isRecord(
  value: unknown,
): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole number from 0 on. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A whole number from 1 on. */
export function isPositive(value: unknown): value is number {
  return isCount(value) && value > 0;
}

/** A text of at least one and at most `max` UTF-16 code units. */
export function textUpTo(max: number): Check {
  return (value) =>
    typeof value === "string" && value.length > 0 && value.length <= max;
}

/** The name of a session, an instance or a generation. */
export const isName: Check = textUpTo(MAX_NAME);

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Check {
  return (value) => typeof value === "string" && texts.includes(value);
}

/** A field that may be absent. */
export function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** A list of `min` to `max` elements that all pass. */
export function listOf(
  check: Check,
  { min, max }: { readonly min: number; readonly max: number },
): Check {
  return (value) =>
    Array.isArray(value) && value.length >= min && value.length <= max &&
    value.every(check);
}

/** A list of exactly these. */
export function tuple(...checks: readonly Check[]): Check {
  return (value) =>
    Array.isArray(value) && value.length === checks.length &&
    checks.every((check, index) => check(value[index]));
}
