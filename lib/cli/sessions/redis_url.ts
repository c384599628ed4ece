/**
 * The URL of a Redis, as its own clients take it.
 *
 * @module
 */

import { UsageError } from "../usage_error.ts";

/** Where a Redis is, and who asks. */
export interface RedisAddress {
  readonly hostname: string;
  readonly port: number;
  readonly encryption: "none" | "tls";
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The number of the database. */
  readonly database: number;
}

const FORM =
  "write it as redis://host:6379 or rediss://user:password@host:6379";

/**
 * Reads a URL.
 *
 * @throws {UsageError} It is not one of a Redis; the message shows no password.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const url = URL.parse(text);
  const database = /^\/?(\d*)$/.exec(url?.pathname ?? "-")?.[1];
  const isOurs = url?.protocol === "redis:" || url?.protocol === "rediss:";
  if (!isOurs || url.hostname === "" || database === undefined) {
    const shown = text.includes("@") ? "" : ` ${JSON.stringify(text)}`;
    throw new UsageError(`The URL${shown} is not one of a Redis; ${FORM}`);
  }
  return {
    // An address of IPv6 stands in brackets.
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || 6379),
    encryption: url.protocol === "rediss:" ? "tls" : "none",
    username: decoded(url.username),
    password: decoded(url.password),
    database: Number(database),
  };
}

function decoded(part: string): string | undefined {
  if (part === "") return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
