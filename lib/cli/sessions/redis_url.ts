/**
 * The URL of a Redis, as its own clients take it.
 *
 * @module
 */

import { UsageError } from "../usage_error.ts";

/** Where a Redis is, and how to log in. */
export interface RedisAddress {
  /** Host and port, for people: no user, no password. */
  readonly name: string;
  /** All of it, for the client. */
  readonly url: string;
}

const FORM =
  "write it as redis://host:6379 or rediss://user:password@host:6379";

/**
 * Checks a URL.
 *
 * @throws {UsageError} It is not one of a Redis; the message shows no password.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const url = URL.parse(text);
  const isOurs = url?.protocol === "redis:" || url?.protocol === "rediss:";
  if (!isOurs || url.hostname === "" || !/^\/?\d*$/.test(url.pathname)) {
    const shown = text.includes("@") ? "" : ` ${JSON.stringify(text)}`;
    throw new UsageError(`The URL${shown} is not one of a Redis; ${FORM}`);
  }
  if (!isDecodable(url.username) || !isDecodable(url.password)) {
    throw new UsageError(
      "Write % in the user or the password of the URL as %25",
    );
  }
  return { name: `${url.hostname}:${url.port || 6379}`, url: url.href };
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
