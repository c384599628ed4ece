/**
 * What SQLite's errors mean for a session store.
 *
 * @module
 */

import { SessionStoreError, type SessionStoreFailure } from "../store_error.ts";

/**
 * Deno gives SQLite's result codes only for some errors, but its messages
 * always. https://sqlite.org/rescode.html
 */
const MEANINGS: readonly (readonly [RegExp, SessionStoreFailure, string])[] = [
  [/locked|busy/i, "locked", "The session store is locked by another process"],
  [/full/i, "full", "No room is left for the session store"],
  [/not open/i, "closed", "The session store is closed"],
];

/** The error of a store for one of SQLite. Other errors stay as they are. */
export function storeErrorOf(error: unknown): unknown {
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  if (code !== "ERR_SQLITE_ERROR" && code !== "ERR_INVALID_STATE") return error;
  const { message } = error as Error;
  const [, failure, text] =
    MEANINGS.find(([pattern]) => pattern.test(message)) ??
      ["", "unavailable", `The session store failed: ${message}`] as const;
  return new SessionStoreError(failure, text, { cause: error });
}
