/**
 * Frames to bytes: many frames in one buffer, for one write.
 *
 * @module
 */

import { FIN, headerSize, MAX_HEADER, TEXT, writeHeader } from "./frame.ts";
import { mask } from "./mask.ts";

const SMALLEST = 1024;
/** A larger buffer is not kept between two writes, in bytes. */
const KEPT = 64 * 1024;
const EMPTY: Area = areaOf(new Uint8Array(0));
/** UTF-8 needs at most three bytes per UTF-16 unit. */
export const BYTES_PER_CHARACTER = 3;

const encoder = new TextEncoder();

/** A buffer with both views of it, which cost more than a short message. */
interface Area {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
}

/** Collects frames until they are taken. */
export class FrameWriter {
  #area = EMPTY;
  #length = 0;
  /** What was taken last, to write into again. */
  #lent = EMPTY;

  /** How many bytes wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /**
   * Writes a frame.
   *
   * @param first The first byte: FIN, RSV bits and opcode.
   * @param payload Its payload, which is copied.
   * @param key The masking key, 32 bits; `undefined` for a server's frame,
   * which is not masked (RFC 6455, 5.1).
   */
  frame(first: number, payload: Uint8Array, key: number | undefined): void {
    const { length } = payload;
    this.#require(headerSize(length, key) + length);
    const { bytes, view } = this.#area;
    const start = writeHeader(view, this.#length, { first, length, key });
    bytes.set(payload, start);
    this.#end(start, start + length, key);
  }

  /**
   * Writes a text message in one frame, encoded in its place.
   *
   * @param text The message; lone surrogates become U+FFFD.
   * @param key As in `frame()`.
   * @returns The size of the payload, in bytes of UTF-8.
   */
  text(text: string, key: number | undefined): number {
    this.#require(MAX_HEADER + text.length * BYTES_PER_CHARACTER);
    // Most text is ASCII: places the text as if each unit took one byte.
    const guess = this.#length + headerSize(text.length, key);
    const { bytes, view } = this.#area;
    const { written: length } = encoder.encodeInto(text, bytes.subarray(guess));
    const fields = { first: FIN | TEXT, length, key };
    const start = this.#length + headerSize(length, key);
    if (start > guess) bytes.copyWithin(start, guess, guess + length);
    writeHeader(view, this.#length, fields);
    this.#end(start, start + length, key);
    return length;
  }

  /**
   * Gives all that was written away, as one piece; empty when there is nothing.
   * The buffer belongs to the caller until `recycle()`; without that, it stays
   * the caller's.
   */
  take(): Uint8Array<ArrayBuffer> {
    const { bytes } = this.#area;
    if (this.#length === 0) return EMPTY.bytes;
    const taken = bytes.subarray(0, this.#length);
    this.#lent = bytes.length <= KEPT ? this.#area : EMPTY;
    this.#area = EMPTY;
    this.#length = 0;
    return taken;
  }

  /**
   * Takes back the buffer of what was taken last, to write the next frames into
   * it, unless it is large. Call it when nothing that was taken is still being
   * sent.
   */
  recycle(): void {
    if (this.#area === EMPTY) this.#area = this.#lent;
    this.#lent = EMPTY;
  }

  #end(start: number, end: number, key: number | undefined): void {
    if (key !== undefined) mask(this.#area.view, start, end, key);
    this.#length = end;
  }

  #require(bytes: number): void {
    const { bytes: before } = this.#area;
    const needed = this.#length + bytes;
    if (needed <= before.length) return;
    const size = Math.max(needed, before.length * 2, SMALLEST);
    this.#area = areaOf(new Uint8Array(size));
    this.#area.bytes.set(before.subarray(0, this.#length));
  }
}

function areaOf(bytes: Uint8Array<ArrayBuffer>): Area {
  return { bytes, view: new DataView(bytes.buffer) };
}
