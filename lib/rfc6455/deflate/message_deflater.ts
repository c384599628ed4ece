/**
 * Compression of one message after the other (RFC 7692, 7.2.1).
 *
 * @module
 */

import type { ContextTakeover } from "./message_inflater.ts";

/**
 * What compresses. It is an argument, because the library that does it is
 * loaded only where compression was negotiated.
 */
export interface Deflater {
  /**
   * Compresses bytes of which there is at least one, and flushes, so that the
   * output ends with an empty block: `00 00 ff ff`.
   *
   * @returns All of the output, valid until the next call.
   */
  deflate(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Forgets the window. */
  reset(): void;
}

/** The size of what is left out at the end of a message (RFC 7692, 7.2.1). */
const TAIL = 4;
/** An empty message (RFC 7692, 7.2.3.6). */
const EMPTY: Uint8Array = new Uint8Array([0x00]);

/** How messages are compressed. */
export interface MessageDeflaterOptions {
  /** Whether the window outlives a message. */
  readonly takeover: ContextTakeover;
  /** Messages of fewer bytes are sent as they are. */
  readonly threshold: number;
}

/** Compresses messages. */
export class MessageDeflater {
  readonly #deflater: Deflater;
  readonly #takeover: ContextTakeover;
  /** Messages of fewer bytes are sent as they are. */
  readonly threshold: number;

  /** Makes one for a connection. */
  constructor(deflater: Deflater, options: MessageDeflaterOptions) {
    this.#deflater = deflater;
    this.#takeover = options.takeover;
    this.threshold = options.threshold;
  }

  /** Compresses a message; what it gives is valid until the next call. */
  compress(message: Uint8Array): Uint8Array {
    if (message.length === 0) return EMPTY;
    const bytes = this.#deflater.deflate(message);
    if (this.#takeover === "no-takeover") this.#deflater.reset();
    return bytes.subarray(0, bytes.length - TAIL);
  }
}
