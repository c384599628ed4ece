/**
 * The resume token as bytes: what a server signs, and how it is written.
 *
 * ```text
 * byte 0      version, 1
 * byte 1      key id
 * bytes 2-17  session id
 * bytes 18-23 counter, big endian, from 1
 * bytes 24-55 HMAC-SHA-256
 * ```
 *
 * The MAC is computed by the caller, since that is asynchronous and needs a
 * key. It covers the principal, so that another principal cannot use the token.
 * The token does not contain the principal.
 *
 * @module
 */

import { MAX_TOKEN, SUBPROTOCOL } from "./limits.ts";

/** The length of a session id, in bytes. */
export const SESSION_ID_LENGTH = 16;

const VERSION = 1;
const COUNTER_LENGTH = 6;
const COUNTER_OFFSET = 2 + SESSION_ID_LENGTH;
const BODY_LENGTH = COUNTER_OFFSET + COUNTER_LENGTH;
const MAC_LENGTH = 32;

/** What a token says. */
export interface TokenClaims {
  /** Which of the server's keys signed it, from 0 to 255. */
  readonly keyId: number;
  /** 16 random bytes, as base64url. */
  readonly session: string;
  /** Grows with each resume. */
  readonly counter: number;
}

/** A token that was read, and not verified. */
export interface DecodedToken extends TokenClaims {
  /** What the MAC is computed over, besides the principal. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly mac: Uint8Array<ArrayBuffer>;
}

/** Writes what is signed. */
export function tokenBody(
  { keyId, session, counter }: TokenClaims,
): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(BODY_LENGTH);
  body[0] = VERSION;
  body[1] = keyId;
  body.set(sessionBytes(session), 2);
  let rest = counter;
  for (let offset = BODY_LENGTH - 1; offset >= COUNTER_OFFSET; offset -= 1) {
    body[offset] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return body;
}

/**
 * The input of the MAC: a context, the body, the principal. The first two have
 * a fixed length, so no two triples give the same bytes.
 */
export function macInput(
  body: Uint8Array,
  principal: string,
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const context = encoder.encode(`${SUBPROTOCOL} token\0`);
  const name = encoder.encode(principal);
  const input = new Uint8Array(context.length + body.length + name.length);
  input.set(context);
  input.set(body, context.length);
  input.set(name, context.length + body.length);
  return input;
}

/** Writes a token. */
export function encodeToken(body: Uint8Array, mac: Uint8Array): string {
  const token = new Uint8Array(body.length + mac.length);
  token.set(body);
  token.set(mac, body.length);
  return toBase64Url(token);
}

/** Reads a token, or returns `undefined` if it is none of this version. */
export function decodeToken(text: string): DecodedToken | undefined {
  const bytes = text.length > MAX_TOKEN ? undefined : fromBase64Url(text);
  if (bytes?.length !== BODY_LENGTH + MAC_LENGTH) return undefined;
  if (bytes[0] !== VERSION) return undefined;
  const counter = bytes.subarray(COUNTER_OFFSET, BODY_LENGTH)
    .reduce((value, byte) => value * 256 + byte, 0);
  return {
    keyId: bytes[1]!,
    session: toBase64Url(bytes.subarray(2, COUNTER_OFFSET)),
    counter,
    body: bytes.slice(0, BODY_LENGTH),
    mac: bytes.slice(BODY_LENGTH),
  };
}

/** Compares two MACs in a time that does not depend on where they differ. */
export function isSameMac(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  return one.reduce((bits, byte, index) => bits | byte ^ other[index]!, 0) ===
    0;
}

/** Writes 16 random bytes as a session id. */
export function formatSessionId(bytes: Uint8Array): string {
  if (bytes.length !== SESSION_ID_LENGTH) {
    throw new RangeError(
      `A session id needs 16 bytes, and not ${bytes.length}`,
    );
  }
  return toBase64Url(bytes);
}

function sessionBytes(session: string): Uint8Array {
  const bytes = fromBase64Url(session);
  if (bytes?.length === SESSION_ID_LENGTH) return bytes;
  throw new TypeError(`Not a session id: "${session}"`);
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** RFC 4648, 5, without padding, in its one canonical form. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (unit) => unit.charCodeAt(0));
  return toBase64Url(bytes) === text ? bytes : undefined;
}
