/**
 * The attributes of a server and of an error. They leave out paths and queries
 * of URLs, which may be secret.
 *
 * @module
 */

import {
  ConnectError,
  ConnectionClosedError,
  HandshakeError,
  ProviderError,
  ReconnectError,
  SocketError,
} from "../client/errors/mod.ts";
import type { Attributes } from "./telemetry.ts";

/** The path and query of each URL in a text, up to the punctuation behind it. */
const BEHIND_ORIGIN =
  /\b((?:ws|http)s?:\/\/[^\s\/?#]*)[\/?#]\S*?(?=[,;]?(?:\s|$))/gi;

/**
 * Describes the server of a URL.
 *
 * @param url A resolved URL, or `""` while it is not known.
 */
export function serverAttributes(url: string): Attributes {
  if (url === "") return {};
  const { hostname, port, protocol } = new URL(url);
  // RFC 6455, 3.
  const defaultPort = protocol === "wss:" ? 443 : 80;
  return {
    // Only URLs put an IPv6 address in brackets.
    "server.address": hostname.replace(/^\[|\]$/g, ""),
    "server.port": port === "" ? defaultPort : Number(port),
    "url.scheme": protocol.slice(0, -1),
  };
}

/** Makes the error for an end that came with a close code and without an error. */
export function closedError(closeCode: number): SocketError {
  return new ConnectionClosedError(
    `Closed by the server with code ${closeCode}`,
    { closeCode, reason: "", wasClean: true, retryable: true },
  );
}

/** Returns the error of the last attempt, which a {@linkcode ReconnectError} wraps. */
export function unwrapError(error: SocketError): SocketError {
  return error instanceof ReconnectError && error.cause instanceof SocketError
    ? error.cause
    : error;
}

/** The class of an error, for spans and metrics. */
export function errorType({ name }: SocketError): Attributes {
  return { "error.type": name };
}

/** Further fields of an error, for spans only: they have too many values for a metric. */
export function errorDetails(error: SocketError): Attributes {
  if (error instanceof HandshakeError) {
    return { "http.response.status_code": error.status };
  }
  if (error instanceof ConnectError) {
    return { "holdfast.error.kind": error.kind };
  }
  if (error instanceof ProviderError) {
    return { "holdfast.error.kind": error.provider };
  }
  if (error instanceof ConnectionClosedError) {
    return { "holdfast.close.code": error.closeCode };
  }
  return {};
}

/** The message of an error, without the paths and queries of URLs. */
export function errorMessage({ message }: SocketError): string {
  return message.replace(BEHIND_ORIGIN, "$1");
}
