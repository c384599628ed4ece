/**
 * Decompression of one message after the other (RFC 7692, 7.2.2).
 *
 * @module
 */

/**
 * What decompresses. It is an argument, because the library that does it is
 * loaded only where compression was negotiated.
 */
export interface Inflater {
  /**
   * Gives the next bytes to inflate, once `read()` has returned `undefined`.
   * They are valid until it returns `undefined` again.
   */
  push(bytes: Uint8Array): void;
  /**
   * Inflates the next piece of at most some 64 KiB, so that a caller can stop
   * before all of it is there.
   *
   * @returns The piece, valid until the next call; `undefined` when all that
   * was pushed is inflated, or when it is not valid.
   */
  read(): Uint8Array<ArrayBuffer> | undefined;
  /** `"between"`: a DEFLATE block ended, and no other has started. */
  readonly position: "within" | "between" | "invalid";
  /** Forgets the window. */
  reset(): void;
}

/** Whether the window outlives a message (RFC 7692, 7.1.1). */
export type ContextTakeover = "takeover" | "no-takeover";

/** What a sender leaves out at the end of a message (RFC 7692, 7.2.1). */
const TAIL: Uint8Array = new Uint8Array([0x00, 0x00, 0xff, 0xff]);

/** Inflates messages. */
export class MessageInflater {
  readonly #inflater: Inflater;
  readonly #takeover: ContextTakeover;
  #phase: "message" | "ended" = "message";

  /** Makes one for a connection. */
  constructor(inflater: Inflater, takeover: ContextTakeover) {
    this.#inflater = inflater;
    this.#takeover = takeover;
  }

  /** Gives the next bytes of the message; read all pieces after it. */
  push(bytes: Uint8Array): void {
    this.#phase = "message";
    this.#inflater.push(bytes);
  }

  /** Says that the message is complete; read all pieces after it. */
  end(): void {
    this.#phase = "ended";
    this.#inflater.push(TAIL);
  }

  /** Inflates the next piece; `undefined` when there is none. */
  read(): Uint8Array<ArrayBuffer> | undefined {
    const piece = this.#inflater.read();
    const isDone = piece === undefined && this.#phase === "ended";
    if (isDone && this.#takeover === "no-takeover" && this.isValid) {
      this.#inflater.reset();
    }
    return piece;
  }

  /** Whether what was read is what was sent. A message ends between two blocks. */
  get isValid(): boolean {
    const { position } = this.#inflater;
    return this.#phase === "ended"
      ? position === "between"
      : position !== "invalid";
  }
}
