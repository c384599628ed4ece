/**
 * The client's request of an opening handshake (RFC 6455, 4.1).
 *
 * @module
 */

import { deflateOffer, type DeflateOptions } from "./deflate_negotiation.ts";
import { checkFields, headBytes, isToken } from "./fields.ts";

/** What a request is made of. */
export interface RequestOptions {
  /** The URL: `ws:`, `wss:`, and no fragment is sent. */
  readonly url: URL;
  /** Base64 of 16 random bytes. */
  readonly key: string;
  /** The subprotocols to offer. */
  readonly protocols?: readonly string[];
  /** Offers `permessage-deflate`. */
  readonly deflate?: DeflateOptions | undefined;
  /** The application's fields. An `Authorization` wins over that of the URL. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Makes the bytes of the request.
 *
 * @throws {TypeError} A field of the application's, or a subprotocol, is not
 * valid.
 */
export function requestBytes(options: RequestOptions): Uint8Array<ArrayBuffer> {
  const { url, key, protocols = [], deflate, headers = {} } = options;
  checkFields(headers);
  checkProtocols(protocols);
  const fields: (readonly [string, string])[] = [
    // The port only where it is not the default, IPv6 in brackets, IDN in ASCII:
    // all of it is what URL makes (RFC 6455, 4.1, step 4).
    ["Host", url.host],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Version", "13"],
    ["Sec-WebSocket-Key", key],
  ];
  // RFC 6455, 4.1 allows "a,b", but some servers take that for one name.
  if (protocols.length > 0) {
    fields.push(["Sec-WebSocket-Protocol", protocols.join(", ")]);
  }
  if (deflate !== undefined) {
    fields.push(["Sec-WebSocket-Extensions", deflateOffer(deflate)]);
  }
  fields.push(...authorization(url, headers), ...Object.entries(headers));
  return headBytes(`GET ${target(url)} HTTP/1.1`, fields);
}

/** Path and query (RFC 6455, 3), with the "?" of an empty query. */
function target({ href, protocol }: URL): string {
  const path = href.indexOf("/", protocol.length + 2);
  const fragment = href.indexOf("#");
  return href.slice(path, fragment < 0 ? undefined : fragment);
}

/** As Deno's own WebSocket does; browsers wait for a 401 that never counts. */
function authorization(
  url: URL,
  headers: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  const credentials = basicCredentials(url);
  const isGiven = Object.keys(headers)
    .some((name) => name.toLowerCase() === "authorization");
  return isGiven || credentials === ""
    ? []
    : [["Authorization", `Basic ${credentials}`]];
}

/**
 * User name and password of a URL as the scheme `Basic` sends them (RFC 7617, 2);
 * empty if it has neither.
 */
export function basicCredentials(
  { username, password }: Pick<URL, "username" | "password">,
): string {
  if (username === "" && password === "") return "";
  return btoa(`${percentDecode(username)}:${percentDecode(password)}`);
}

/** A character for each byte; what a URL holds is ASCII. */
function percentDecode(text: string): string {
  return text.replace(
    /%([0-9a-f]{2})/gi,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
}

/** RFC 6455, 4.1, step 10: tokens, each of them once. */
function checkProtocols(protocols: readonly string[]): void {
  for (const [index, protocol] of protocols.entries()) {
    if (isToken(protocol) && protocols.indexOf(protocol) === index) continue;
    throw new TypeError(
      `Cannot offer the subprotocol ${JSON.stringify(protocol)}: ` +
        "each must be a token, and come once",
    );
  }
}
