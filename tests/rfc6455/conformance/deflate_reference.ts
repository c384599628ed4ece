/**
 * What zlib makes of the compressed messages of a stream (RFC 7692, 7.2.2), read
 * without the code that the tests judge.
 *
 * @module
 */

import { inflateRawSync } from "node:zlib";
import { concat } from "../frames.ts";
import { framesOf, isControl, payloadOf } from "./reference_frames.ts";

/** What a sender leaves out at the end of a message (RFC 7692, 7.2.1). */
const TAIL = [0x00, 0x00, 0xff, 0xff];
/** zlib's `Z_SYNC_FLUSH`: what is cut gives what there is. */
const SYNC_FLUSH = 2;
/** A block that is not compressed, with a text of five bytes. */
const PROBE = [0x00, 0x05, 0x00, 0xfa, 0xff, ..."probe".split("").map(codeOf)];

/** What zlib inflates; `undefined` where the data is not valid. */
export function zlibInflate(data: Uint8Array): Uint8Array | undefined {
  const options = { finishFlush: SYNC_FLUSH, maxOutputLength: 10_000_000 };
  try {
    return new Uint8Array(inflateRawSync(data, options));
  } catch {
    return undefined;
  }
}

/** Where a stream of blocks stands. */
export type ZlibPosition = "between" | "within" | "final" | "invalid";

/** Tells it by what zlib makes of the bytes that follow. */
export function positionAfter(data: Uint8Array): ZlibPosition {
  const size = zlibInflate(data)?.length;
  if (size === undefined) return "invalid";
  const probed = zlibInflate(concat(data, PROBE));
  if (probed !== undefined && probed.length === size + 5) {
    const text = String.fromCharCode(...probed.subarray(size));
    if (text === "probe") return "between";
  }
  // Behind a final block zlib reads nothing, whatever it is.
  const isFinal = [0x00, 0x55, 0xff].every((byte) => {
    const more = new Uint8Array(64).fill(byte);
    return zlibInflate(concat(data, more))?.length === size;
  });
  return isFinal ? "final" : "within";
}

/** The data message that has the last of some bytes of a stream. */
export interface DeflateMessage {
  /** Its first byte. */
  readonly first: number;
  /** How many data messages ended before it. */
  readonly index: number;
  /** Its payload, with the tail where it is complete. */
  readonly data: Uint8Array;
  /** Those of the compressed messages before it, which made its window. */
  readonly window: Uint8Array;
}

/** Reads a stream until a byte. */
export function messageUntil(
  stream: Uint8Array,
  before: number,
): DeflateMessage | undefined {
  const window: Uint8Array[] = [];
  let message: { first: number; parts: Uint8Array[] } | undefined;
  let index = -1;
  for (const frame of framesOf(stream)) {
    if (isControl(frame) || frame.at >= before) continue;
    if (frame.open === 0) {
      if (isDeflated(message)) window.push(...message.parts);
      message = { first: frame.first, parts: [] };
      index += 1;
    }
    message?.parts.push(payloadOf(stream, frame, before));
    const isLast = frame.first >= 128 && frame.end <= before;
    if (isLast && frame.end <= stream.length && isDeflated(message)) {
      // One without a byte is taken as empty.
      const isEmpty = message.parts.every(({ length }) => length === 0);
      if (!isEmpty) message.parts.push(Uint8Array.from(TAIL));
    }
  }
  if (message === undefined) return undefined;
  const { first, parts } = message;
  return {
    first,
    index,
    data: concat(...parts),
    window: concat(...window),
  };
}

/** What the message at a byte inflates to, as far as it is there and valid. */
export function inflatedUntil(
  stream: Uint8Array,
  before: number,
): Uint8Array | undefined {
  const message = messageUntil(stream, before);
  if (!isDeflated(message)) return undefined;
  const { data, window } = message;
  const start = zlibInflate(window)?.length;
  if (start === undefined) return undefined;
  for (let end = data.length; end >= 0; end -= 1) {
    const whole = zlibInflate(concat(window, data.subarray(0, end)));
    if (whole !== undefined) return whole.subarray(start);
  }
  return undefined;
}

/** Whether a message is compressed (RFC 7692, 6). */
export function isDeflated<T extends { readonly first: number }>(
  message: T | undefined,
): message is T {
  return message !== undefined && (message.first & 0x40) !== 0;
}

function codeOf(character: string): number {
  return character.charCodeAt(0);
}
