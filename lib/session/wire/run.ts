/**
 * Many short data frames that came together: only their headers are read, and
 * their payloads stay where they are.
 *
 * If this module cannot read them, `frame.ts` reads them one by one.
 *
 * @module
 */

import { digitOf } from "./numbers.ts";

/** Frames of one kind in one buffer. */
export interface PackedFrames {
  readonly kind: "ascii" | "binary";
  readonly count: number;
  /** Their size in all, in bytes. */
  readonly bytes: number;
  /** Start and end of each frame in this very buffer, 32 bits each; then the frames. */
  readonly buffer: ArrayBuffer;
}

/** Data frames whose numbers follow each other. */
export interface DataRun {
  readonly type: "run";
  /** The number of the first of them. */
  readonly seq: number;
  /** The last acknowledgement that rides on one of them. */
  readonly ack: number | undefined;
  /** The size of each payload, in bytes. */
  readonly sizes: readonly number[];
  /** The size of all payloads, in bytes. */
  readonly bytes: number;
  readonly frames: PackedFrames;
}

const LETTER = 0x6d; // m
const COMMA = 0x2c;
const BAR = 0x7c;
const ZERO = 0x30;
/** Longer numbers may not be safe integers. */
const MAX_DIGITS = 10;
const MAX_GROUPS = 7;
/** Stands for a number that cannot be read. */
const NONE = -1;

/**
 * Reads the headers of frames.
 *
 * @param maxMessage The largest payload that this side takes, in bytes.
 * @returns `undefined` if they are not all data, one number after the other.
 */
export function readRun(
  frames: PackedFrames,
  maxMessage: number,
): DataRun | undefined {
  const { kind, count, buffer } = frames;
  const bounds = new Uint32Array(buffer, 0, count * 2);
  const header = kind === "ascii"
    ? new TextHeader(new Uint8Array(buffer))
    : new BinaryHeader(new Uint8Array(buffer));
  const sizes: number[] = [];
  let [seq, ack, bytes] = [0, NONE, 0];
  for (let index = 0; index < count; index += 1) {
    const end = bounds[index * 2 + 1]!;
    if (!header.read(bounds[index * 2]!, end)) return undefined;
    if (index === 0) seq = header.seq;
    const size = end - header.end;
    const isBehind = header.ack !== NONE && header.ack < ack;
    if (header.seq !== seq + index || size > maxMessage || isBehind) {
      return undefined;
    }
    ack = Math.max(ack, header.ack);
    bytes += size;
    sizes.push(size);
  }
  const rides = ack === NONE ? undefined : ack;
  return { type: "run", seq, ack: rides, sizes, bytes, frames };
}

/** The payloads alone, in the same buffer: where each begins is written anew. */
export function payloadsOf({ frames, sizes, bytes }: DataRun): PackedFrames {
  const bounds = new Uint32Array(frames.buffer, 0, sizes.length * 2);
  for (const [index, size] of sizes.entries()) {
    bounds[index * 2] = bounds[index * 2 + 1]! - size;
  }
  return { ...frames, bytes };
}

/** The header that was read last. One object, not a million per second. */
abstract class Header {
  seq = 0;
  ack = NONE;
  /** Where the payload begins. */
  end = 0;
  protected readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Reads the header of the frame between two places; says whether it could. */
  read(start: number, end: number): boolean {
    return this.readAt(start) && this.end <= end;
  }

  /** Moves {@linkcode end} behind the header that begins here. */
  protected abstract readAt(start: number): boolean;
}

class TextHeader extends Header {
  protected readAt(start: number): boolean {
    if (this.bytes[start] !== LETTER) return false;
    this.seq = this.#number(start + 1);
    this.ack = NONE;
    if (this.seq !== NONE && this.bytes[this.end] === COMMA) {
      this.ack = this.#number(this.end + 1);
      if (this.ack === NONE) return false;
    }
    const isOver = this.bytes[this.end] === BAR;
    this.end += 1;
    return isOver && this.seq !== NONE;
  }

  #number(start: number): number {
    let value = 0;
    let at = start;
    for (;; at += 1) {
      const digit = digitOf(this.bytes[at]!);
      if (digit === undefined) break;
      value = value * 36 + digit;
    }
    this.end = at;
    const length = at - start;
    const isCanonical = this.bytes[start] !== ZERO || length === 1;
    return length > 0 && length <= MAX_DIGITS && isCanonical ? value : NONE;
  }
}

class BinaryHeader extends Header {
  protected readAt(start: number): boolean {
    const flags = this.bytes[start];
    this.seq = this.#number(start + 1);
    this.ack = NONE;
    if (flags === 1 && this.seq !== NONE) {
      this.ack = this.#number(this.end);
      return this.ack !== NONE;
    }
    return flags === 0 && this.seq !== NONE;
  }

  #number(start: number): number {
    let value = 0;
    let factor = 1;
    for (let read = 0; read < MAX_GROUPS; read += 1) {
      const byte = this.bytes[start + read];
      if (byte === undefined) return NONE;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
      if (byte >= 0x80) continue;
      this.end = start + read + 1;
      return byte > 0 || read === 0 ? value : NONE;
    }
    return NONE;
  }
}
