/**
 * Reads durations.
 *
 * @module
 */

import { UsageError } from "./usage_error.ts";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["min", 60_000],
  ["h", 3_600_000],
]);

/**
 * Reads a duration such as `250ms`, `30s`, `1.5m` or `1h`.
 *
 * @param text The text; a number alone is in milliseconds.
 * @param flag The flag that has this value, for the message.
 * @returns The duration in milliseconds.
 * @throws {UsageError} It is not a duration.
 */
export function parseDuration(text: string, flag: string): number {
  const [, amount, unit = "ms"] =
    /^(\d+(?:\.\d+)?)(?:\s?([a-z]+))?$/.exec(text) ?? [];
  const size = UNITS.get(unit);
  if (amount === undefined || size === undefined) {
    throw new UsageError(
      `${flag} is ${
        JSON.stringify(text)
      }, must be a duration such as 250ms, 30s, 5m or 1h`,
    );
  }
  return Number(amount) * size;
}
