/**
 * The opening handshake over a connection that is there (RFC 6455, 4.1).
 *
 * @module
 */

import { sha1 } from "../../rfc6455/handshake/sha1.ts";
import type { CompressionConfig } from "../../connection/config/network.ts";
import type { Conn } from "./dial/deno_net.ts";
import type { Failure } from "../../connection/failure.ts";
import { parseRetryAfterHeader } from "../../connection/retry_after.ts";
import {
  acceptInput,
  ClientHandshake,
  type HandshakeAcceptance,
  type HandshakeFailure,
  type HandshakeRefusal,
  type HandshakeResult,
} from "../../rfc6455/handshake/client_handshake.ts";
import { combineFields, valuesOf } from "../../rfc6455/handshake/fields.ts";
import { decodeLatin1, encodeLatin1 } from "../../rfc6455/handshake/latin1.ts";
import { requestBytes } from "../../rfc6455/handshake/request.ts";
import type { MessageCompression } from "../../rfc6455/protocol.ts";
import type { Target } from "../transport.ts";
import { withUserAgent } from "../user_agent.ts";
import { closeQuietly } from "./dial/dial_attempt.ts";
import { excerpt } from "./body_excerpt.ts";
import { OpeningError } from "./dial/tcp_failure.ts";
import { writeAll } from "./dial/write_all.ts";

/** A handshake that the server accepted. */
export interface Opened {
  /** The connection; it is the caller's to close. */
  readonly conn: Conn;
  /** The server's answer. */
  readonly acceptance: HandshakeAcceptance;
  /** What came behind the answer: frames, or nothing. */
  readonly rest: Uint8Array<ArrayBuffer>;
  /** Present when compression was negotiated. */
  readonly deflate: MessageCompression | undefined;
}

/** The usual answer is 130 to 500 bytes long. */
const READ = 1024;
/** How long the body of a refusal may take, in milliseconds. */
const BODY_WAIT = 500;

/** One request, and what answers it. */
export class OpeningHandshake {
  readonly #protocols: readonly string[];
  readonly #compression: CompressionConfig | undefined;
  readonly #key = makeKey();
  readonly #request: Uint8Array<ArrayBuffer>;

  /**
   * Makes the request.
   *
   * @throws {TypeError} A bad URL, subprotocol or header.
   */
  constructor({ url, protocols, headers, network }: Target) {
    this.#protocols = protocols;
    this.#compression = network?.compression;
    this.#request = requestBytes({
      url: new URL(url),
      key: this.#key,
      protocols,
      deflate: this.#compression,
      headers: withUserAgent(headers),
    });
  }

  /**
   * Sends the request, and judges the answer.
   *
   * @throws {OpeningError} The server refused, or broke the protocol.
   * @throws {Error} The connection failed.
   */
  async perform(conn: Conn): Promise<Opened> {
    await writeAll(conn, this.#request);
    const handshake = new ClientHandshake({
      accept: acceptFor(this.#key),
      protocols: this.#protocols,
      deflate: this.#compression,
    });
    const answer = await answerOf(conn, handshake);
    const deflate = await this.#deflate(answer.acceptance);
    return { ...answer, deflate };
  }

  async #deflate(
    { deflate: agreement }: HandshakeAcceptance,
  ): Promise<MessageCompression | undefined> {
    if (agreement === undefined) return undefined;
    const { threshold = 0 } = this.#compression ?? {};
    const { pakoCompression } = await import("./pako_codec.ts");
    return pakoCompression({ agreement, role: "client", threshold });
  }
}

/** Reads until the server's answer is complete. */
async function answerOf(
  conn: Conn,
  handshake: ClientHandshake,
): Promise<Omit<Opened, "deflate">> {
  const buffer = new Uint8Array(READ);
  for (;;) {
    const count = await conn.read(buffer);
    if (count === null) throw failureAtEnd(handshake.receiveEnd());
    const result = handshake.receive(buffer.subarray(0, count));
    if (result.kind === "accepted") {
      const rest = buffer.subarray(result.end, count);
      return { conn, acceptance: result, rest };
    }
    if (result.kind !== "incomplete") throw failureOf(result);
    if (handshake.isRefused) {
      throw failureOf(await refusalOf(conn, handshake, buffer));
    }
  }
}

/** Waits for the body of a refusal, but not for long. */
async function refusalOf(
  conn: Conn,
  handshake: ClientHandshake,
  buffer: Uint8Array,
): Promise<HandshakeRefusal | HandshakeFailure> {
  const timer = setTimeout(() => closeQuietly(conn), BODY_WAIT);
  try {
    for (;;) {
      const count = await conn.read(buffer);
      if (count === null) break;
      const result: HandshakeResult = handshake.receive(
        buffer.subarray(0, count),
      );
      if (result.kind === "refused") return result;
    }
  } catch {
    // What came of the body before the loss is still useful.
  } finally {
    clearTimeout(timer);
  }
  return handshake.receiveEnd();
}

/** A connection that ends within the head broke nothing; one that is not HTTP did. */
function failureAtEnd(
  result: HandshakeRefusal | HandshakeFailure,
): OpeningError {
  if (result.kind === "refused" || result.offset !== undefined) {
    return failureOf(result);
  }
  const { detail } = result;
  return new OpeningError({ type: "connect", kind: "unknown", detail });
}

function failureOf(result: HandshakeRefusal | HandshakeFailure): OpeningError {
  return new OpeningError(
    result.kind === "refused" ? refusal(result) : violation(result),
  );
}

function refusal({ status, reason, fields, body }: HandshakeRefusal): Failure {
  const headers = combineFields(fields);
  // A proxy and its server may both set it.
  const [after = ""] = valuesOf(fields, "retry-after");
  const retryAfter = parseRetryAfterHeader(after, Date.now());
  const line = `${status} ${reason}`.trim();
  const text = excerpt(body);
  return {
    type: "handshake",
    status,
    headers,
    ...retryAfter !== undefined && { retryAfter },
    detail: text === "" ? line : `${line}: ${text}`,
  };
}

function violation({ detail, offset }: HandshakeFailure): Failure {
  return {
    type: "protocol",
    closeCode: 1002,
    detail: offset === undefined
      ? detail
      : `${detail}, at byte ${offset} of the answer`,
  };
}

/** 16 random bytes (RFC 6455, 4.1, step 7). */
function makeKey(): string {
  return btoa(decodeLatin1(crypto.getRandomValues(new Uint8Array(16))));
}

/** The value that the server must answer the key with (RFC 6455, 4.1). */
function acceptFor(key: string): string {
  return btoa(decodeLatin1(sha1(encodeLatin1(acceptInput(key)))));
}
