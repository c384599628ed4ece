/**
 * Keeps secrets out of error messages, log records and metrics.
 *
 * @module
 */

/** The text in place of a secret. */
const REDACTED = "…";

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

/** Replaces the given secrets and nothing else, also as URLs and JSON write them. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets.flatMap(formsOf)
    .filter((secret) => secret !== "")
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
}

function formsOf(secret: string): readonly string[] {
  // A lone surrogate has no percent-encoded form.
  const encoded = encodeURIComponent(secret.toWellFormed());
  return [secret, encoded, JSON.stringify(secret).slice(1, -1)];
}

function redactPair(pair: string): string {
  return pair.slice(0, pair.indexOf("=") + 1) + REDACTED;
}
