/**
 * Which URLs a WebSocket may connect to, and which of them expose a secret.
 *
 * @module
 */

/** A URL that was checked: the URL as it is used, or what is wrong with it. */
export type TargetUrl =
  | { readonly kind: "valid"; readonly url: string }
  | { readonly kind: "invalid"; readonly detail: string };

/**
 * Parses a URL as the WebSocket constructor does (WHATWG WebSockets, 3.1):
 * `http:` and `https:` become `ws:` and `wss:`, and a fragment, even an empty
 * one, is refused.
 *
 * @param url The URL, relative ones included where there is a base.
 * @param base The URL of the page or script, if there is one.
 */
export function parseTarget(url: string, base?: string): TargetUrl {
  const parsed = URL.parse(url, base);
  if (parsed === null) return { kind: "invalid", detail: "is not a valid URL" };
  // "http:" and "ws:" are both special schemes, so this keeps host, port and path.
  const { href } = parsed;
  const target = href.startsWith("http") ? `ws${href.slice(4)}` : href;
  if (!/^wss?:/.test(target)) {
    return {
      kind: "invalid",
      detail: `has the scheme ${parsed.protocol} instead of wss: or ws:`,
    };
  }
  if (target.includes("#")) {
    return { kind: "invalid", detail: "has a fragment" };
  }
  return { kind: "valid", url: target };
}

/**
 * Tells whether what is sent to a URL crosses a network unencrypted: `ws:` to
 * anything but loopback.
 *
 * @param url A URL that {@linkcode parseTarget} found valid.
 */
export function isInsecure(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "ws:" && !isLoopback(hostname);
}

/**
 * Tells whether a host is this machine by its name alone: `localhost` and names
 * below it (RFC 6761, 6.3), 127.0.0.0/8 and `[::1]`.
 *
 * @param hostname As `URL` serializes it: lower case, IPv4 in dotted decimals.
 */
export function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127\.\d+\.\d+\.\d+|\[::1\])$/.test(
    hostname,
  );
}
