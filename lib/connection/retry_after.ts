/**
 * When a server wants the client back: a `Retry-After` header or a close reason.
 *
 * @module
 */

import { type CloseInfo, MAX_REASON_BYTES } from "../rfc6455/close.ts";
import {
  type Backoff,
  DEFAULT_EXPONENTIAL_BACKOFF,
  MAX_DELAY,
  phasesOf,
} from "./backoff/backoff.ts";
import type { Failure } from "./failure.ts";

/** The longest delay that a server can ask for, before jitter, in milliseconds. */
export const MAX_RETRY_AFTER = 600_000;

/** The most jitter that an exponential policy adds, in milliseconds. */
const MAX_JITTER_SPAN = 15_000;

/** IMF-fixdate, RFC 850 and asctime, the forms of RFC 9110, 5.6.7. */
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/** Close codes whose reason may say when to come back: restart, and try again later. */
const ADVISING_CLOSE_CODES: readonly number[] = [1012, 1013];

/**
 * Reads the value of a `Retry-After` header (RFC 9110, 10.2.3).
 *
 * @param value Seconds, or an HTTP date.
 * @param wallNow The present time, in milliseconds since the epoch.
 * @returns Milliseconds from now, 0 for a date in the past, and `undefined` for
 * anything else.
 */
export function parseRetryAfterHeader(
  value: string,
  wallNow: number,
): number | undefined {
  const text = value.trim();
  if (/^\d+$/.test(text)) {
    return Math.min(Number(text) * 1_000, Number.MAX_SAFE_INTEGER);
  }
  // `Date.parse` accepts nearly any text.
  if (!HTTP_DATES.some((form) => form.test(text))) return undefined;
  const utc = text.endsWith("GMT") ? text : `${text} GMT`;
  // deno-lint-ignore holdfast/no-ambient-io -- It reads the argument, no clock.
  const at = Date.parse(utc);
  return Number.isNaN(at) ? undefined : Math.max(0, at - wallNow);
}

/**
 * Reads from a close reason when to come back: `retry-after=<seconds>`, or JSON
 * with a member `retryAfter` in seconds.
 *
 * @returns Milliseconds, or `undefined` when the reason does not say.
 */
export function parseRetryAfterReason(
  closeCode: number,
  reason: string,
): number | undefined {
  const advising = ADVISING_CLOSE_CODES.includes(closeCode) &&
    reason.length <= MAX_REASON_BYTES;
  if (!advising) return undefined;
  const seconds = secondsOfText(reason) ?? secondsOfJson(reason);
  return isDuration(seconds) ? seconds * 1_000 : undefined;
}

/** When the server wants the client back after a loss, in milliseconds, if it said so. */
export function requestedDelayOf(
  { info, failure }: { readonly info: CloseInfo; readonly failure: Failure },
): number | undefined {
  return failure.type === "handshake"
    ? failure.retryAfter
    : parseRetryAfterReason(info.closeCode, info.reason);
}

/**
 * Computes how many milliseconds to wait before an attempt when the server has
 * said how long.
 *
 * It follows the server up to {@linkcode MAX_RETRY_AFTER}, and never shortens the
 * delay of the policy. It adds jitter, so that a fleet with the same advice does
 * not come back at one instant.
 *
 * @param retryAfter The delay that the server asked for, in milliseconds.
 * @param policyDelay The delay of the policy, in milliseconds.
 * @param random A random number in [0, 1).
 * @param policy The policy, which sets the width of the jitter.
 * @returns The delay in milliseconds.
 */
export function delayWithRetryAfter(
  retryAfter: number,
  policyDelay: number,
  random: number,
  policy: Backoff,
): number {
  const followed = retryAfter > 0 ? Math.min(retryAfter, MAX_RETRY_AFTER) : 0;
  return Math.min(
    Math.max(policyDelay, followed) + random * jitterSpan(policy),
    MAX_DELAY,
  );
}

function secondsOfText(reason: string): number | undefined {
  const seconds = /(?<![\w-])retry-after\s*=\s*(\d+(?:\.\d+)?)/i.exec(reason)
    ?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

function secondsOfJson(reason: string): unknown {
  try {
    const advice: unknown = JSON.parse(reason);
    const says = typeof advice === "object" && advice !== null &&
      "retryAfter" in advice;
    return says ? advice.retryAfter : undefined;
  } catch {
    return undefined;
  }
}

function isDuration(seconds: unknown): seconds is number {
  return typeof seconds === "number" && seconds >= 0 &&
    Number.isFinite(seconds * 1_000);
}

function jitterSpan(policy: Backoff): number {
  switch (policy.strategy) {
    case "spread":
      return phasesOf(policy).cap;
    case "exponential": {
      const { maxDelay = DEFAULT_EXPONENTIAL_BACKOFF.maxDelay } = policy;
      return Math.min(maxDelay, MAX_JITTER_SPAN);
    }
  }
}
