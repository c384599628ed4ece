/**
 * Which losses are final, which are retried, and which renew the token.
 *
 * @module
 */

import type { Config } from "./config/config.ts";
import type { Failure } from "./failure.ts";
import type { RetryState, Verdict } from "./state.ts";

/** Close codes that are final when received, by default: another attempt is of no use. */
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

/** Close codes by which servers refuse a token. */
export const UNAUTHORIZED_CLOSE_CODES: readonly number[] = [1008, 3000, 4401];

/** The 4xx that mean "later" (RFC 9110, 15.5.9; RFC 8470; RFC 6585). */
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);
/** The 5xx that another attempt does not change (RFC 9110, 15.6.2 and 15.6.6). */
const FATAL_STATUS: ReadonlySet<number> = new Set([501, 505]);

/** What follows a loss. */
export type Decision =
  | { readonly kind: "retry" }
  | { readonly kind: "renew" }
  | { readonly kind: "fatal"; readonly failure: Failure };

/** Decides whether another attempt follows a loss. */
export function decide(
  { failure, token, verdict }: {
    readonly failure: Failure;
    readonly token: RetryState["token"];
    readonly verdict: Verdict | undefined;
  },
  config: Pick<Config, "fatalCloseCodes" | "renewableToken">,
): Decision {
  if (verdict === "fatal") return { kind: "fatal", failure };
  if (config.renewableToken && refusesToken(failure)) {
    // A retry with the refused token would be of no use.
    if (token === "proven" || verdict === "retry") {
      return { kind: "renew" };
    }
    const detail = "A fresh token was refused as well";
    return {
      kind: "fatal",
      failure: { type: "authentication", detail, cause: failure },
    };
  }
  return verdict !== "retry" && isFatal(failure, config)
    ? { kind: "fatal", failure }
    : { kind: "retry" };
}

/** Says whether another attempt after this failure is of no use. */
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
    case "provider":
      return failure.retryable === false;
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
      return false;
  }
}

/** Says whether the server refused the token; a new token may help. */
export function isUnauthorized(failure: Failure): boolean {
  return failure.type === "handshake" && failure.status === 401 ||
    failure.type === "closed" &&
      UNAUTHORIZED_CLOSE_CODES.includes(failure.closeCode);
}

function isFatalStatus(status: number): boolean {
  if (status >= 400 && status <= 499) return !RETRYABLE_STATUS.has(status);
  return FATAL_STATUS.has(status);
}

function refusesToken(failure: Failure): boolean {
  return failure.type === "authentication" || isUnauthorized(failure);
}
