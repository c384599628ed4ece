/**
 * Why the npm package `ws` failed: read from the codes of its errors, and from
 * those of the platform below it.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import { parseRetryAfterHeader } from "../../connection/retry_after.ts";

/** An error of `ws`, or of the platform below it. */
export interface CodedError extends Error {
  readonly code?: string;
}

/** The headers of a response, as in Node's `http`. */
export type ResponseHeaders = Readonly<
  Record<string, string | readonly string[] | undefined>
>;

const NO_NAME = /^(?:ENOTFOUND|EAI_\w+)$/;
const NO_TRUST =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|HOSTNAME_MISMATCH)|SELF_SIGNED|^EPROTO$/;
const NO_PERMISSION = /^Requires net access/;
/** Texts of `ws`, which have no code, for a response that is no handshake. */
const NO_HANDSHAKE =
  /^Invalid (?:Upgrade|Sec-WebSocket)|^Server (?:sent|indicated)/;

/** Reads why no connection was made. */
export function openingFailure(error: CodedError): Failure {
  const { code = "", message: detail } = error;
  // HPE: the peer does not speak HTTP.
  if (code.startsWith("HPE_") || NO_HANDSHAKE.test(detail)) {
    return { type: "protocol", closeCode: 1002, detail };
  }
  // Deno's permissions do not change while a program runs.
  if (NO_PERMISSION.test(detail)) return { type: "invalid", detail };
  return { type: "connect", kind: kindOf(code, detail), detail };
}

/**
 * Reads why an open connection failed.
 *
 * @param limit The largest accepted message, in bytes.
 */
export function openFailure(error: CodedError, limit: number): Failure {
  const { code = "", message: detail } = error;
  switch (code) {
    case "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH":
    case "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH":
      return { type: "too-big", limit };
    case "WS_ERR_INVALID_UTF8":
      return { type: "protocol", closeCode: 1007, detail };
  }
  if (code.startsWith("WS_ERR_")) {
    return { type: "protocol", closeCode: 1002, detail };
  }
  return { type: "lost", detail };
}

/**
 * Reads a response that does not switch protocols.
 *
 * @param wallNow The present time, in milliseconds since the epoch.
 */
export function handshakeFailure(
  response: {
    readonly statusCode: number;
    readonly statusMessage: string;
    readonly headers: ResponseHeaders;
  },
  wallNow: number,
): Failure {
  const { statusCode: status, statusMessage } = response;
  const headers = flatten(response.headers);
  const retryAfter = parseRetryAfterHeader(
    headers["retry-after"] ?? "",
    wallNow,
  );
  return {
    type: "handshake",
    status,
    headers,
    ...(retryAfter !== undefined && { retryAfter }),
    detail: `${status} ${statusMessage}`.trim(),
  };
}

function kindOf(
  code: string,
  message: string,
): "refused" | "dns" | "tls" | "unknown" {
  if (code === "ECONNREFUSED") return "refused";
  if (NO_NAME.test(code)) return "dns";
  if (NO_TRUST.test(code) || /certificate/i.test(message)) return "tls";
  return "unknown";
}

function flatten(headers: ResponseHeaders): Record<string, string> {
  const fields = Object.entries(headers)
    .filter(([, value]) => value !== undefined);
  // Node has `Set-Cookie` as an array.
  return Object.fromEntries(fields.map(([name, value]) => [name, `${value}`]));
}
