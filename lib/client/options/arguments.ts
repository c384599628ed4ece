/**
 * Checks the arguments of a `WebSocket` as the platform does.
 *
 * @module
 */

import { isSendableCloseCode, MAX_REASON_BYTES } from "../../rfc6455/close.ts";
import { parseTarget } from "../../rfc6455/url.ts";
import { sizeOf } from "../../queue/data.ts";

/** The syntax of a token (RFC 9110, 5.6.2), which subprotocols and header names are. */
export const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Resolves and checks a URL as the WebSocket constructor does.
 *
 * @throws {DOMException} `SyntaxError`: the URL is invalid.
 */
export function resolveUrl(url: string | URL): string {
  const target = parseTarget(String(url), baseUrl());
  if (target.kind === "valid") return target.url;
  throw new DOMException(
    `The URL "${withoutSecrets(String(url))}" ${target.detail}`,
    "SyntaxError",
  );
}

/**
 * The part of a URL that an error may show: no credentials, no query, no fragment,
 * which may be a token (RFC 6749, 4.2.2). `redactUrl()` keeps the names of the query's parameters, which weighs more than this.
 */
export function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/]*@/, "//…@").replace(/[?#].*/s, "…");
}

/**
 * Checks the subprotocols as the WebSocket constructor does. The tests of
 * the web platform forbid two that differ only in case.
 *
 * @throws {DOMException} `SyntaxError`: one is no token, or there twice.
 */
export function resolveProtocols(
  protocols: string | readonly string[],
): readonly string[] {
  // Web IDL: a value that cannot be iterated is converted to a string, `null` included.
  const list = typeof protocols === "object" && protocols?.[Symbol.iterator]
    ? Array.from(protocols, String)
    : [`${protocols}`];
  const invalid = list.find((protocol, index) =>
    !TOKEN.test(protocol) ||
    list.findIndex((other) => other.toLowerCase() === protocol.toLowerCase()) <
      index
  );
  if (invalid === undefined) return list;
  throw new DOMException(
    `The subprotocol ${JSON.stringify(invalid)} is invalid or repeated`,
    "SyntaxError",
  );
}

/**
 * Checks the arguments of `close()` (WHATWG WebSockets, 3.1).
 *
 * @throws {DOMException} `InvalidAccessError`: a code that must not be sent.
 * @throws {DOMException} `SyntaxError`: the reason is too long.
 */
export function resolveClose(
  closeCode: number | undefined,
  reason: string | undefined,
): { readonly closeCode: number | undefined; readonly reason: string } {
  // Web IDL: [Clamp] unsigned short.
  const code = closeCode === undefined
    ? closeCode
    : Math.round(+closeCode) || 0;
  if (code !== undefined && !isSendableCloseCode(code)) {
    throw new DOMException(
      `The close code must be 1000 or 3000 to 4999, not ${code}`,
      "InvalidAccessError",
    );
  }
  const text = reason === undefined ? "" : `${reason}`;
  if (sizeOf(text) > MAX_REASON_BYTES) {
    throw new DOMException(
      `The reason must not exceed ${MAX_REASON_BYTES} bytes of UTF-8`,
      "SyntaxError",
    );
  }
  return { closeCode: text === "" ? code : code ?? 1000, reason: text };
}

/** What relative URLs are relative to. Deno has none without the flag `--location`. */
export function baseUrl(): string | undefined {
  const { location } = globalThis as { location?: { readonly href: string } };
  return location?.href;
}
