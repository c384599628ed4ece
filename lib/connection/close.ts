/**
 * How a connection ended, which codes mean what, and which end is final.
 *
 * @module
 */

import {
  CLOSE_CODE_RANGES,
  CLOSE_CODES,
  NOT_A_CLOSE_CODE,
} from "./close_codes.ts";
import type { Config } from "./config.ts";
import type { Failure } from "./failure.ts";

/** How a connection ended, as RFC 6455, 7.1.5 to 7.1.7 defines it. */
export interface CloseInfo {
  /** The close code: 1000 to 4999. 1005: none was sent. 1006: no close frame. */
  readonly closeCode: number;
  /** The reason that came with the code, at most 123 bytes of UTF-8. */
  readonly reason: string;
  /** Whether both sides completed the closing handshake. */
  readonly wasClean: boolean;
}

/** What a close code that never goes on the wire stands for (RFC 6455, 7.4.1). */
export const NO_CLOSE_CODE = 1005;
/** No close frame was received (RFC 6455, 7.4.1). */
export const NO_CLOSE_FRAME = 1006;

/** The end of a connection that sent no close frame. */
export const LOST: CloseInfo = {
  closeCode: NO_CLOSE_FRAME,
  reason: "",
  wasClean: false,
};

/** The longest reason that fits into a control frame, in bytes (RFC 6455, 5.5). */
export const MAX_REASON_BYTES = 123;

/** Received close codes that say that trying again is of no use. */
export const FATAL_CLOSE_CODES: readonly number[] = [
  1002,
  1003,
  1007,
  1008,
  1009,
  1010,
  3000,
  3003,
  4400,
  4401,
  4403,
  4404,
  4406,
  4409,
];

/** Close codes by which servers say that the token is not, or no longer, good. */
export const UNAUTHORIZED_CLOSE_CODES: readonly number[] = [1008, 3000, 4401];

/** Answers of 4xx that say "later", not "no" (RFC 9110, 15.5.9; RFC 8470; RFC 6585). */
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);
/** Answers of 5xx that will be the same next time (RFC 9110, 15.6.2 and 15.6.6). */
const FATAL_STATUS: ReadonlySet<number> = new Set([501, 505]);

/** Close codes whose reason may say when to come back. */
const ADVISING_CLOSE_CODES: readonly number[] = [1012, 1013];

/**
 * Explains a close code: what it means, what usually causes it, and what to do.
 *
 * @example Logging why a connection ended
 * ```ts
 * import { describeClose } from "@holdfast/websocket";
 * import { assertMatch } from "@std/assert";
 *
 * const { code } = new CloseEvent("close", { code: 1006 });
 * assertMatch(describeClose(code), /No close frame was received.*heartbeat.interval/);
 * ```
 *
 * @param closeCode Any number; what is no close code is called so.
 * @returns One to three sentences without a final period.
 */
export function describeClose(closeCode: number): string {
  const range = CLOSE_CODE_RANGES.findLast(({ from }) => closeCode >= from);
  return CLOSE_CODES.get(closeCode) ?? range?.meaning ?? NOT_A_CLOSE_CODE;
}

/** Tells whether a close frame can carry this code (RFC 6455, 7.4.2). */
export function isCloseCode(closeCode: number): boolean {
  return Number.isInteger(closeCode) && closeCode >= 1000 && closeCode <= 4999;
}

/** Tells whether `close()` takes this code (WHATWG WebSockets, `close()`, step 1). */
export function isSendableCloseCode(closeCode: number): boolean {
  return closeCode === 1000 || isCloseCode(closeCode) && closeCode >= 3000;
}

/**
 * Gives the close code that a platform's number stands for. Deno tells 0 for a
 * connection that was lost without a close frame.
 */
export function normalizeCloseCode(closeCode: number): number {
  return isCloseCode(closeCode) ? closeCode : NO_CLOSE_FRAME;
}

/**
 * Reads from a close reason when to come back: `retry-after=<seconds>`, or JSON
 * with a member `retryAfter` in seconds.
 *
 * @returns Milliseconds, or `undefined` when the reason does not say.
 */
export function retryAfterOfClose(
  closeCode: number,
  reason: string,
): number | undefined {
  const advising = ADVISING_CLOSE_CODES.includes(closeCode) &&
    reason.length <= MAX_REASON_BYTES;
  if (!advising) return undefined;
  const seconds = secondsOfText(reason) ?? secondsOfJson(reason);
  return isDuration(seconds) ? seconds * 1_000 : undefined;
}

/** Tells whether trying again after this is of no use. */
export function isFatal(
  failure: Failure,
  config: Pick<Config, "fatalCloseCodes">,
): boolean {
  switch (failure.type) {
    case "handshake":
      return isFatalStatus(failure.status);
    case "closed":
      return config.fatalCloseCodes.includes(failure.closeCode);
    case "worker":
      return !failure.retryable;
    case "too-big":
    case "invalid":
    case "authentication":
    case "exhausted":
      return true;
    case "connect":
    case "open-timeout":
    case "lost":
    case "close-timeout":
    case "heartbeat":
    case "inbox-overflow":
    case "protocol":
    case "provider":
      return false;
  }
}

/** Tells whether the server refused the token; a new one may help. */
export function isUnauthorized(failure: Failure): boolean {
  return failure.type === "handshake" && failure.status === 401 ||
    failure.type === "closed" &&
      UNAUTHORIZED_CLOSE_CODES.includes(failure.closeCode);
}

function isFatalStatus(status: number): boolean {
  if (status >= 400 && status <= 499) return !RETRYABLE_STATUS.has(status);
  return FATAL_STATUS.has(status);
}

function secondsOfText(reason: string): number | undefined {
  const seconds = /(?<![\w-])retry-after\s*=\s*(\d+(?:\.\d+)?)/i.exec(reason)
    ?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

function secondsOfJson(reason: string): unknown {
  try {
    const advice: unknown = JSON.parse(reason);
    const told = typeof advice === "object" && advice !== null &&
      "retryAfter" in advice;
    return told ? advice.retryAfter : undefined;
  } catch {
    return undefined;
  }
}

function isDuration(seconds: unknown): seconds is number {
  return typeof seconds === "number" && seconds >= 0 &&
    Number.isFinite(seconds * 1_000);
}
