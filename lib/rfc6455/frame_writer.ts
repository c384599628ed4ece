/**
 * Frames to bytes: many frames in one buffer, for one write.
 *
 * @module
 */

import { FIN, headerSize, MAX_HEADER, TEXT, writeHeader } from "./frame.ts";
import { mask } from "./mask.ts";

const SMALLEST = 1024;
/** Of a short text the longest header is left room for, of no more bytes. */
const BYTES_PER_CHARACTER = 3;

const encoder = new TextEncoder();

/** Collects frames until they are taken. */
export class FrameWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

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
    const start = writeHeader(this.#view, this.#length, { first, length, key });
    this.#bytes.set(payload, start);
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
    // Most text is ASCII, so the header is where it is for one byte each.
    const guess = this.#length + headerSize(text.length, key);
    const target = this.#bytes.subarray(guess);
    const length = encoder.encodeInto(text, target).written;
    const fields = { first: FIN | TEXT, length, key };
    const start = this.#length + headerSize(length, key);
    if (start > guess) this.#bytes.copyWithin(start, guess, guess + length);
    writeHeader(this.#view, this.#length, fields);
    this.#end(start, start + length, key);
    return length;
  }

  /**
   * Gives all that was written away, as one piece; empty when there is nothing.
   * The buffer is the caller's until it is given back by `recycle()`.
   */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.subarray(0, this.#length);
    if (this.#length > 0) this.#use(new Uint8Array(0));
    return bytes;
  }

  /**
   * Takes back the buffer of what was taken and has been sent, to write the
   * next frames into it. It is kept until then, so give back none that is large
   * when nothing waits.
   */
  recycle(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#length > 0 || bytes.buffer.byteLength <= this.#bytes.length) {
      return;
    }
    this.#use(new Uint8Array(bytes.buffer));
  }

  #end(start: number, end: number, key: number | undefined): void {
    if (key !== undefined) mask(this.#view, start, end, key);
    this.#length = end;
  }

  #require(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const size = Math.max(needed, this.#bytes.length * 2, SMALLEST);
    const larger = new Uint8Array(size);
    larger.set(this.#bytes.subarray(0, this.#length));
    const length = this.#length;
    this.#use(larger);
    this.#length = length;
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#length = 0;
  }
}
