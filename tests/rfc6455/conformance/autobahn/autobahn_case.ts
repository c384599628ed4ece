/**
 * What a case of the Autobahn test suite is made of.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { bytesOf, concat } from "../../frames.ts";

/** A frame: its first byte and its payload. */
export type Sent = readonly [first: number, payload: Uint8Array];

/** One case. */
export interface Case {
  /** Its number in the suite. */
  readonly name: string;
  /** What is sent. */
  readonly sent: readonly Sent[];
  /** What is received, as in a verdict. */
  readonly events: readonly string[];
  /** The code of the failure. */
  readonly failure?: number;
  /** How many bytes come at once; 1 as well where it is small. */
  readonly chop?: number;
}

/** Bytes, as text or as numbers. */
export type Data = string | readonly number[] | Uint8Array;

export const TEXT = 0x81;
export const BINARY = 0x82;
export const CLOSE = 0x88;
export const PING = 0x89;
export const PONG = 0x8a;
export const CONT = 0x00;
export const LAST = 0x80;
export const RSV1 = 0x40;
export const RSV2 = 0x20;
export const RSV3 = 0x10;

/** Makes a frame. */
export function send(first: number, payload: Data = []): Sent {
  return [first, bytesOf(payload)];
}

/** What is received: a kind and a payload. */
export function got(kind: string, data: Data = []): string {
  return `${kind} ${Buffer.from(bytesOf(data)).toString("latin1")}`;
}

/** Makes a close frame. */
export function closed(code: number, reason: Data = []): Sent {
  return send(CLOSE, concat([code >> 8, code & 255], reason));
}

/** Bytes that are all the same. */
export function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

/** Bytes that are written in hexadecimal digits. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** The bytes of a message as first, middle and last fragments. */
export function fragments(
  first: number,
  ...parts: readonly Data[]
): readonly Sent[] {
  return parts.map((part, index) =>
    send(
      (index === 0 ? first & 0x7f : CONT) |
        (index === parts.length - 1 ? LAST : 0),
      part,
    )
  );
}

/** Cuts bytes into pieces. */
export function pieces(data: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from(
    { length: Math.ceil(data.length / size) },
    (_, index) => data.subarray(index * size, (index + 1) * size),
  );
}
