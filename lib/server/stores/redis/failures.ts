/**
 * What errors of Redis and its clients mean for a session store.
 *
 * @module
 */

import { SessionStoreError } from "../store_error.ts";

/** What is to be done about an error of a step. */
export type RedisFault =
  /** The server does not know the script: it has restarted, or forgot it. */
  | "unknown-script"
  /** It has no memory left for this step; others may go on. */
  | "no-memory"
  /** It cannot be used now. */
  | "away"
  /** The step itself is at fault. */
  | "other";

/** Redis puts a code in front of its errors. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const AWAY =
  /^(?:READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|MISCONF|NOREPLICAS|UNBLOCKED|NOAUTH|NOPERM)\b/;
const CODE = /^[A-Z]{3,}\b/;

/** Judges an error. One without a code is of the client: the connection is lost. */
export function faultOf(error: unknown): RedisFault {
  const message = messageOf(error);
  if (message.startsWith("NOSCRIPT")) return "unknown-script";
  if (message.includes("OOM ")) return "no-memory";
  if (AWAY.test(message) || !CODE.test(message)) return "away";
  return "other";
}

/** The error of a store for one of Redis. */
export function storeErrorOf(error: unknown): SessionStoreError {
  if (error instanceof SessionStoreError) return error;
  const cause = { cause: error };
  return faultOf(error) === "no-memory"
    ? new SessionStoreError("full", "Redis has no memory left", cause)
    : unavailable(messageOf(error), cause);
}

/** The error of a store that cannot be used now. */
export function unavailable(
  why: string,
  options?: ErrorOptions,
): SessionStoreError {
  const message = `The session store is away: ${why}`;
  return new SessionStoreError("unavailable", message, options);
}

/** A command that `@redis/client` could not send in time has no message. */
function messageOf(error: unknown): string {
  return error instanceof Error
    ? error.message || "not sent in time"
    : `${error}`;
}
