/**
 * From options that obey their rules to the values that they stand for.
 *
 * @module
 */

import { isObject, type Members, type Row } from "./validate.ts";

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
  if (value === undefined) return undefined;
  const whole = "members" in row && isObject(value)
    ? resolveRows<object>(row.members, value)
    : value;
  return row.resolve ? row.resolve(whole as never) : whole;
}
