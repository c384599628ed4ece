/**
 * `Retry-After`: when a server wants to be asked again.
 *
 * @module
 */

/** IMF-fixdate, RFC 850 and asctime, the forms of RFC 9110, 5.6.7. */
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * Reads the value of a `Retry-After` header (RFC 9110, 10.2.3).
 *
 * @param value Seconds, or an HTTP date.
 * @param wallNow The present time, in milliseconds since the epoch.
 * @returns Milliseconds from now on, 0 for a date in the past, and `undefined`
 * for what is neither.
 */
export function parseRetryAfter(
  value: string,
  wallNow: number,
): number | undefined {
  const text = value.trim();
  if (/^\d+$/.test(text)) {
    return Math.min(Number(text) * 1_000, Number.MAX_SAFE_INTEGER);
  }
  // `Date.parse` finds a date in nearly any text.
  if (!HTTP_DATES.some((form) => form.test(text))) return undefined;
  const utc = text.endsWith("GMT") ? text : `${text} GMT`;
  // deno-lint-ignore holdfast/no-ambient-io -- It reads the argument, no clock.
  const at = Date.parse(utc);
  return Number.isNaN(at) ? undefined : Math.max(0, at - wallNow);
}
