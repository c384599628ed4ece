/**
 * Which client this is, for servers and firewalls (RFC 9110, 10.1.5).
 *
 * @module
 */

import { VERSION } from "../platform/release.ts";

type Headers = Readonly<Record<string, string>>;

/** Whether there is a `User-Agent`; names of headers have no case (RFC 9110, 5.1). */
export function hasUserAgent(headers: Headers): boolean {
  return Object.keys(headers).some((name) =>
    name.toLowerCase() === "user-agent"
  );
}

/** Adds the library's `User-Agent`, unless the application has one of its own. */
export function withUserAgent(headers: Headers): Record<string, string> {
  return hasUserAgent(headers)
    ? { ...headers }
    : { "User-Agent": `holdfast/${VERSION}`, ...headers };
}
