/**
 * The server's side of the opening handshake (RFC 6455, 4.2): the judgement of
 * the request, and the bytes of the response.
 *
 * @module
 */

import { type Extension, parseExtensions } from "./extensions.ts";
import {
  elementsOf,
  type Fields,
  hasToken,
  headBytes,
  quote,
  valuesOf,
} from "./fields.ts";
import { type Head, HeadReader } from "./head_reader.ts";

/** A valid request. */
export interface HandshakeRequest {
  /** What it is. */
  readonly kind: "request";
  /** Path and query, as they were sent. */
  readonly target: string;
  /** The value of `Sec-WebSocket-Key`. */
  readonly key: string;
  /** The subprotocols that the client offers, in its order. */
  readonly protocols: readonly string[];
  /** The extensions that the client offers, in its order. */
  readonly extensions: readonly Extension[];
  /** The header fields. */
  readonly fields: Fields;
  /** Where frames would begin, as an index into the chunk. */
  readonly end: number;
}

/** A request that is not valid, and how to answer it. */
export interface InvalidRequest {
  /** What it is. */
  readonly kind: "invalid";
  /** The status of the response. */
  readonly status: number;
  /** Fields of the response. */
  readonly fields: readonly (readonly [string, string])[];
  /** What is wrong. */
  readonly detail: string;
}

/** How far the handshake is. */
export type RequestResult =
  | { readonly kind: "incomplete" }
  | HandshakeRequest
  | InvalidRequest;

const MAX_BYTES = 64 * 1024;

/** Reads and judges one request. */
export class ServerHandshake {
  readonly #reader: HeadReader;

  /** Makes the handshake of one connection, with a limit in bytes. */
  constructor(maxHeadBytes: number = MAX_BYTES) {
    const maxBytes = maxHeadBytes;
    this.#reader = new HeadReader({ message: "request", maxBytes });
  }

  /** Takes the next bytes. */
  receive(bytes: Uint8Array): RequestResult {
    const result = this.#reader.read(bytes, 0);
    switch (result.kind) {
      case "incomplete":
        return result;
      case "fault":
        return invalid(result.type === "syntax" ? 400 : 431, result.detail);
      case "head":
        return judge(result.head, result.end);
    }
  }
}

/** RFC 6455, 4.2.1. */
function judge(
  { startLine, fields }: Head,
  end: number,
): HandshakeRequest | InvalidRequest {
  const [, method, target] = /^(\S+) (\S+) HTTP\/1\.1$/.exec(startLine) ?? [];
  if (target === undefined) {
    return invalid(400, `The request line ${quote(startLine)} is not valid`);
  }
  const fault = method === "GET"
    ? upgradeFault(fields) ?? keyFault(fields)
    : invalid(405, `The method is ${quote(method!)}`, [["Allow", "GET"]]);
  if (fault !== undefined) return fault;
  const extensions = parseExtensions(
    valuesOf(fields, "sec-websocket-extensions"),
  );
  if (extensions === undefined) {
    return invalid(400, "Sec-WebSocket-Extensions is not valid");
  }
  return {
    kind: "request",
    target,
    key: valuesOf(fields, "sec-websocket-key")[0]!,
    protocols: elementsOf(fields, "sec-websocket-protocol"),
    extensions,
    fields,
    end,
  };
}

function upgradeFault(fields: Fields): InvalidRequest | undefined {
  if (valuesOf(fields, "host").length !== 1) {
    return invalid(400, "There is not one Host (RFC 9112, 3.2)");
  }
  if (
    !hasToken(fields, "upgrade", "websocket") ||
    !hasToken(fields, "connection", "upgrade")
  ) {
    return invalid(426, "The request asks for no upgrade to websocket", [
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
    ]);
  }
  if (valuesOf(fields, "sec-websocket-version").join() !== "13") {
    // RFC 6455, 4.2.2, step 4.
    return invalid(426, "Sec-WebSocket-Version is not 13", [
      ["Sec-WebSocket-Version", "13"],
    ]);
  }
  return undefined;
}

function keyFault(fields: Fields): InvalidRequest | undefined {
  const keys = valuesOf(fields, "sec-websocket-key");
  // Base64 of 16 bytes.
  const isKey = keys.length === 1 && /^[A-Za-z0-9+/]{22}==$/.test(keys[0]!);
  return isKey
    ? undefined
    : invalid(400, "Sec-WebSocket-Key is not base64 of 16 bytes");
}

function invalid(
  status: number,
  detail: string,
  fields: InvalidRequest["fields"] = [],
): InvalidRequest {
  return { kind: "invalid", status, fields, detail };
}

/** What a response with 101 is made of. */
export interface AcceptanceOptions {
  /** Base64 of the SHA-1 of `acceptInput(key)`. */
  readonly accept: string;
  /** The subprotocol that was chosen. */
  readonly protocol?: string | undefined;
  /** The value of `Sec-WebSocket-Extensions`. */
  readonly extensions?: string | undefined;
}

/** Makes the response that accepts a request (RFC 6455, 4.2.2). */
export function acceptanceBytes(
  { accept, protocol, extensions }: AcceptanceOptions,
): Uint8Array<ArrayBuffer> {
  const fields: (readonly [string, string])[] = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", accept],
  ];
  if (protocol) fields.push(["Sec-WebSocket-Protocol", protocol]);
  if (extensions) fields.push(["Sec-WebSocket-Extensions", extensions]);
  return headBytes("HTTP/1.1 101 Switching Protocols", fields);
}

/** Makes the response that refuses a request, after which TCP ends. */
export function refusalBytes(
  { status, fields, detail }: Omit<InvalidRequest, "kind">,
): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(detail);
  const head = headBytes(`HTTP/1.1 ${status} `, [
    ...fields,
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Content-Length", `${body.length}`],
    ...fields.some(([name]) => name === "Connection")
      ? []
      : [["Connection", "close"] as const],
  ]);
  const response = new Uint8Array(head.length + body.length);
  response.set(head);
  response.set(body, head.length);
  return response;
}
