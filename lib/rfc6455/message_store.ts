/**
 * Collects the bytes of one message that comes in pieces.
 *
 * @module
 */

/** Bytes that a header announces up to this size are reserved at once. */
const RESERVE = 1024 * 1024;
/** The first buffer of a message of unknown size. */
const SMALLEST = 256;
/** Fewer bytes are copied one by one: a view of them would cost more. */
const BY_BYTE = 32;

/**
 * A buffer that grows with what arrives, so that a peer that announces much and
 * sends little costs little, and that is given away with the message.
 */
export class MessageStore {
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #length = 0;
  /** The size of the whole message, once it is known. */
  #expected = Infinity;

  /** How many bytes are stored. */
  get length(): number {
    return this.#length;
  }

  /** Prepares for so many more bytes, which end the message. */
  reserve(bytes: number): void {
    this.#expected = this.#length + bytes;
    this.#grow(this.#length + Math.min(bytes, RESERVE));
  }

  /** Appends a copy of `bytes[start, end)`. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    const target = this.#room(length);
    if (end - start < BY_BYTE) {
      const shift = this.#length - start;
      for (let at = start; at < end; at += 1) target[at + shift] = bytes[at]!;
    } else target.set(bytes.subarray(start, end), this.#length);
    this.#length = length;
  }

  /** The first bytes that are stored, at most so many, without a copy. */
  peek(bytes: number): Uint8Array<ArrayBuffer> {
    const stored = this.#bytes ?? new Uint8Array(0);
    return stored.subarray(0, Math.min(bytes, this.#length));
  }

  /** Gives the message away, in a buffer of its very size, and starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes ?? new Uint8Array(0);
    const length = this.#length;
    this.#bytes = undefined;
    this.#length = 0;
    this.#expected = Infinity;
    if (bytes.length === length) return bytes;
    return new Uint8Array(bytes.buffer.transfer(length));
  }

  #room(length: number): Uint8Array<ArrayBuffer> {
    const capacity = this.#bytes?.length ?? 0;
    if (length > capacity) {
      const size = Math.max(length, capacity * 2, SMALLEST);
      this.#grow(Math.min(size, Math.max(length, this.#expected)));
    }
    return this.#bytes!;
  }

  #grow(capacity: number): void {
    const buffer = this.#bytes?.buffer ?? new ArrayBuffer(0);
    if (capacity <= buffer.byteLength) return;
    this.#bytes = new Uint8Array(buffer.transfer(capacity));
  }
}
