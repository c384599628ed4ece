/**
 * Why the platform's WebSocket failed, as far as the platform says. Browsers hide
 * it. Deno puts it into the text of the `error` event. No standard defines these
 * texts, so an unknown one leads to the most general failure.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import { hiddenLoss } from "./native_transport.ts";

/** Texts of Deno for frames that violate RFC 6455. */
const BROKEN_FRAME =
  /reserved bits|invalid (?:value|continuation|fragment|close)|control frame|ping frame/i;

/**
 * Reads why no connection was made.
 *
 * @param text The text of the `error` event, or `""`.
 */
export function openingFailure(text: string): Failure {
  const detail = text.replace(PREAMBLE, "");
  // Denied by the address that a name led to; permissions do not change.
  if (NO_PERMISSION.test(detail)) return { type: "invalid", detail };
  const status = /status code:? (\d{3})/i.exec(text)?.[1];
  if (status !== undefined) {
    return {
      type: "handshake",
      status: Number(status),
      headers: {},
      detail,
    };
  }
  if (/http version|invalid http|sec-websocket|upgrade/i.test(text)) {
    return { type: "protocol", closeCode: 1002, detail };
  }
  return { type: "connect", kind: kindOf(text), detail: detail || HIDDEN };
}

/**
 * Reads why an open connection failed.
 *
 * @param text The text of the `error` event, or `""`.
 * @param limit The largest accepted message, in bytes.
 */
export function openFailure(text: string, limit: number): Failure {
  if (/utf-?8/i.test(text)) {
    return { type: "protocol", closeCode: 1007, detail: text };
  }
  if (/^frame too large/i.test(text)) return { type: "too-big", limit };
  if (text === "") return hiddenLoss();
  if (BROKEN_FRAME.test(text)) {
    return { type: "protocol", closeCode: 1002, detail: text };
  }
  return { type: "lost", detail: text };
}

/** The start of each text of Deno. */
const PREAMBLE = /^NetworkError: failed to connect to WebSocket: /;
const NO_PERMISSION = /^Requires net access/;
const HIDDEN = "The platform does not say why";

/** Deno's "tcp connect error" may also mean a host that cannot be reached. */
function kindOf(text: string): "refused" | "dns" | "tls" | "unknown" {
  if (/\bdns\b|lookup/i.test(text)) return "dns";
  if (/refused/i.test(text)) return "refused";
  if (/certificate|\btls\b|\bssl\b|corrupt message|fatal alert/i.test(text)) {
    return "tls";
  }
  return "unknown";
}
