/**
 * The client's side of the opening handshake (RFC 6455, 4.1): the bytes of the
 * request, and the judgement of the response.
 *
 * @module
 */

import {
  type DeflateAgreement,
  type DeflateOptions,
  PERMESSAGE_DEFLATE,
  readDeflateResponse,
} from "./deflate_negotiation.ts";
import { BodyReader } from "./body_reader.ts";
import { parseExtensions } from "./extensions.ts";
import { type Fields, hasToken, quote, valuesOf } from "./fields.ts";
import { type Head, type HeadFault, HeadReader } from "./head_reader.ts";

/** What the request offers, so that a response can be judged. */
export interface HandshakeOptions {
  /**
   * The value that `Sec-WebSocket-Accept` must have: base64 of the SHA-1 of
   * `acceptInput(key)`.
   */
  readonly accept: string;
  /** The subprotocols that the request offers, in its order. */
  readonly protocols: readonly string[];
  /** Present when the request offers `permessage-deflate`. */
  readonly deflate?: DeflateOptions | undefined;
  /** The limit for the heads of all responses, in bytes. Default: 64 KiB. */
  readonly maxHeadBytes?: number;
  /** The limit for the body of a refusal, in bytes. Default: 64 KiB. */
  readonly maxBodyBytes?: number;
}

/** A response other than 101. */
export interface HandshakeRefusal {
  /** What it is. */
  readonly kind: "refused";
  /** The status. */
  readonly status: number;
  /** What the server calls it; empty when it does not say. */
  readonly reason: string;
  /** The header fields. */
  readonly fields: Fields;
  /** The beginning of the body, without the chunked coding. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A response that is no valid answer. */
export interface HandshakeFailure {
  /** What it is. */
  readonly kind: "failed";
  /** What is wrong, with the values and the section of the RFC. */
  readonly detail: string;
  /** Where the response is wrong, in bytes, if that is known. */
  readonly offset?: number;
}

/** A valid response to the handshake. */
export interface HandshakeAcceptance {
  /** What it is. */
  readonly kind: "accepted";
  /** The subprotocol; empty for none. */
  readonly protocol: string;
  /** The value of `Sec-WebSocket-Extensions`; empty for none. */
  readonly extensions: string;
  /** Present when `permessage-deflate` was negotiated. */
  readonly deflate?: DeflateAgreement;
  /** The header fields. */
  readonly fields: Fields;
  /** Where the frames begin, as an index into the chunk. */
  readonly end: number;
}

/** How far the handshake is. */
export type HandshakeResult =
  | { readonly kind: "incomplete" }
  | HandshakeAcceptance
  | HandshakeRefusal
  | HandshakeFailure;

const MAX_BYTES = 64 * 1024;
/** Responses with 1xx before the one that counts (RFC 9110, 15.2). */
export const MAX_INTERIM = 16;
const SWITCHING_PROTOCOLS = 101;
const INCOMPLETE = { kind: "incomplete" } as const;
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What `Sec-WebSocket-Accept` is the SHA-1 of (RFC 6455, 4.2.2, step 5.4). */
export function acceptInput(key: string): string {
  return key + GUID;
}

/** Reads and judges the response to one request. */
export class ClientHandshake {
  readonly #options: HandshakeOptions;
  readonly #reader: HeadReader;
  #interim = 0;
  #refusal: Pick<HandshakeRefusal, "status" | "reason" | "fields"> | undefined;
  #body: BodyReader | undefined;

  /** Makes the handshake of one request. */
  constructor(options: HandshakeOptions) {
    this.#options = options;
    const { maxHeadBytes = MAX_BYTES } = options;
    this.#reader = new HeadReader({
      message: "response",
      maxBytes: maxHeadBytes,
    });
  }

  /**
   * Takes the next bytes. After any other result than `"incomplete"` it is not
   * to be used any more.
   */
  receive(bytes: Uint8Array): HandshakeResult {
    if (this.#body !== undefined) return this.#readBody(bytes, 0);
    for (let at = 0; at < bytes.length;) {
      const result = this.#reader.read(bytes, at);
      if (result.kind === "incomplete") return INCOMPLETE;
      if (result.kind === "fault") return failure(result);
      const outcome = this.#judge(result.head, bytes, result.end);
      if (outcome !== undefined) return outcome;
      at = result.end;
    }
    return INCOMPLETE;
  }

  /**
   * Says that no more bytes will be read, because the connection ended or
   * because nobody wants to wait for the rest of a refusal.
   */
  receiveEnd(): HandshakeRefusal | HandshakeFailure {
    if (this.#refusal !== undefined) {
      return { kind: "refused", ...this.#refusal, body: this.#body!.take() };
    }
    const fault = this.#reader.readEnd();
    if (fault !== undefined) return failure(fault);
    return {
      kind: "failed",
      detail: this.#reader.length === 0
        ? "The connection ended without a response"
        : "The connection ended within the header fields of the response",
    };
  }

  /** Whether the status says that it is refused, and only its body is awaited. */
  get isRefused(): boolean {
    return this.#refusal !== undefined;
  }

  /** `undefined` for a response with 1xx, which another one follows. */
  #judge(
    head: Head,
    bytes: Uint8Array,
    end: number,
  ): HandshakeResult | undefined {
    const line = parseStatusLine(head.startLine);
    if (line === undefined) {
      const detail = `The status line ${quote(head.startLine)} is not valid`;
      return { kind: "failed", detail, offset: 0 };
    }
    const { status } = line;
    if (status === SWITCHING_PROTOCOLS) {
      return judgeUpgrade(head.fields, this.#options, end);
    }
    if (status < 200) return this.#countInterim();
    this.#refusal = { ...line, fields: head.fields };
    const { maxBodyBytes: maxBytes = MAX_BYTES } = this.#options;
    this.#body = new BodyReader({ ...this.#refusal, maxBytes });
    return this.#readBody(bytes, end);
  }

  #countInterim(): HandshakeFailure | undefined {
    this.#interim += 1;
    if (this.#interim <= MAX_INTERIM) return undefined;
    return {
      kind: "failed",
      detail: `More than ${MAX_INTERIM} responses with 1xx came first`,
    };
  }

  #readBody(bytes: Uint8Array, start: number): HandshakeResult {
    this.#body!.read(bytes, start);
    return this.#body!.isDone ? this.receiveEnd() : INCOMPLETE;
  }
}

function failure({ detail, offset }: HeadFault): HandshakeFailure {
  return { kind: "failed", detail, offset };
}

/** RFC 9112, 4; any space between the parts, and no reason, are accepted. */
export function parseStatusLine(
  startLine: string,
): { readonly status: number; readonly reason: string } | undefined {
  const match = /^HTTP\/1\.\d[ \t]+([1-9]\d\d)(?:[ \t](.*))?$/i.exec(startLine);
  if (match === null) return undefined;
  return { status: Number(match[1]), reason: (match[2] ?? "").trim() };
}

/** Judges a response with 101 (RFC 6455, 4.1, page 19). */
function judgeUpgrade(
  fields: Fields,
  options: HandshakeOptions,
  end: number,
): HandshakeAcceptance | HandshakeFailure {
  const detail = upgradeFault(fields) ?? acceptFault(fields, options.accept) ??
    protocolFault(fields, options.protocols);
  if (detail !== undefined) return { kind: "failed", detail };
  const values = valuesOf(fields, "sec-websocket-extensions");
  const deflate = judgeExtensions(values, options.deflate);
  if (typeof deflate === "string") return { kind: "failed", detail: deflate };
  return {
    kind: "accepted",
    protocol: valuesOf(fields, "sec-websocket-protocol")[0] ?? "",
    extensions: values.join(", "),
    ...deflate && { deflate },
    fields,
    end,
  };
}

function upgradeFault(fields: Fields): string | undefined {
  const upgrade = valuesOf(fields, "upgrade");
  if (upgrade.length !== 1 || upgrade[0]!.toLowerCase() !== "websocket") {
    return `Upgrade is ${list(upgrade)} instead of "websocket" (RFC 6455, 4.1)`;
  }
  if (!hasToken(fields, "connection", "upgrade")) {
    const connection = valuesOf(fields, "connection");
    return `Connection is ${
      list(connection)
    }, without "upgrade" (RFC 6455, 4.1)`;
  }
  return undefined;
}

function acceptFault(fields: Fields, expected: string): string | undefined {
  const values = valuesOf(fields, "sec-websocket-accept");
  if (values.length === 1 && values[0] === expected) return undefined;
  return `Sec-WebSocket-Accept is ${list(values)} instead of ` +
    `"${expected}" (RFC 6455, 4.1)`;
}

/**
 * A server that takes none of the subprotocols lets a client decide (RFC 6455,
 * 4.1); in a browser it fails (WHATWG WebSockets, "establish a WebSocket
 * connection", step 11.4), and so it does here.
 */
function protocolFault(
  fields: Fields,
  offered: readonly string[],
): string | undefined {
  const values = valuesOf(fields, "sec-websocket-protocol");
  if (values.length === 0) {
    return offered.length === 0
      ? undefined
      : `The server took none of the subprotocols ${list(offered)}`;
  }
  if (values.length === 1 && offered.includes(values[0]!)) return undefined;
  return `Sec-WebSocket-Protocol is ${list(values)}, not one of those that ` +
    `were offered: ${list(offered)} (RFC 6455, 4.1)`;
}

/** The agreement, nothing, or what is wrong (RFC 6455, 9.1; RFC 7692, 5.1). */
function judgeExtensions(
  values: readonly string[],
  offered: DeflateOptions | undefined,
): DeflateAgreement | undefined | string {
  const extensions = parseExtensions(values);
  const prefix = `Sec-WebSocket-Extensions is ${list(values)}`;
  if (extensions === undefined) return `${prefix}, which is not valid`;
  const [first, ...rest] = extensions;
  if (first === undefined) return undefined;
  const isOffered = offered !== undefined && first.name === PERMESSAGE_DEFLATE;
  if (!isOffered || rest.length > 0) {
    return `${prefix}, which is not what was offered (RFC 6455, 4.1)`;
  }
  const deflate = readDeflateResponse(first, offered);
  if (typeof deflate !== "string") return deflate;
  return `${prefix}: ${deflate} (RFC 7692, 7.1)`;
}

function list(values: readonly string[]): string {
  return values.length === 0 ? "missing" : values.map(quote).join(", ");
}
