/**
 * Which URLs a WebSocket may connect to, and which hosts are this machine.
 *
 * @module
 */

/** The result of checking a URL: the URL to connect to, or what is wrong. */
export type TargetUrl =
  | { readonly kind: "valid"; readonly url: string }
  | { readonly kind: "invalid"; readonly detail: string };

/**
 * Parses a URL as the WebSocket constructor does (WHATWG WebSockets, 3.1):
 * `http:` and `https:` become `ws:` and `wss:`, and a fragment, even an empty
 * one, is refused.
 *
 * @param url The URL; it may be relative if there is a base.
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
 * Says whether a host name always means this machine: `localhost` and names below
 * it (RFC 6761, 6.3), 127.0.0.0/8, also as an IPv6 address, `[::1]`, and 0.0.0.0
 * and `[::]`, which servers print as where they listen (RFC 1122, 3.2.1.3).
 *
 * @param hostname As `URL` serializes it: lower case, IPv4 in dotted decimals.
 */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** Says whether a URL leads to this machine; see {@linkcode isLoopback}. */
export function isLocal(url: string): boolean {
  return isLoopback(new URL(url).hostname);
}

const LOOPBACK =
  /^(?:(?:.+\.)?localhost\.?|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::(?:1|ffff:7f[0-9a-f]{2}:[0-9a-f]+)?\])$/;
