/**
 * Keeps secrets out of error messages, log records and metrics.
 *
 * @module
 */

import { hideSecrets, REDACTED } from "./hide.ts";

/**
 * Replaces what may be secret in a URL: user name, password and the values of
 * the query.
 *
 * @param url The URL. Text that is no URL stays as it is, up to its query.
 */
export function redactUrl(url: string): string {
  const [address = "", ...query] = url.split("?");
  const bare = address.replace(/\/\/[^/]*@/, `//${REDACTED}@`);
  if (query.length === 0) return bare;
  const pairs = query.join("?").split("&");
  return `${bare}?${pairs.map(redactPair).join("&")}`;
}

/**
 * Replaces secrets in a text from elsewhere: the given secrets, also as URLs and
 * JSON write them, credentials of HTTP headers, and the secrets of each URL.
 *
 * @param text A text of a platform, a server or a function of the user's.
 * @param secrets Tokens and values of headers.
 */
export function redactText(
  text: string,
  secrets: readonly string[] = [],
): string {
  return hideSecrets(text, secrets)
    .replace(/\b(?:ws|http)s?:\/\/[^\s"'<>`)\]]+/gi, redactUrl)
    .replace(/\b(Bearer|Basic)\s+[\w~+/.=-]+/gi, `$1 ${REDACTED}`)
    .replace(
      /\b((?:proxy-)?authorization|cookie)(["']?\s*[:=]\s*)[^\r\n]+/gi,
      `$1$2${REDACTED}`,
    );
}

function redactPair(pair: string): string {
  return pair.slice(0, pair.indexOf("=") + 1) + REDACTED;
}
