/**
 * Decompression of one message after the other (RFC 7692, 7.2.2).
 *
 * @module
 */

/**
 * Where a stream of DEFLATE blocks stands: within a block; between a block that
 * ended and one that may start; after a final block; or at bytes that are not
 * valid.
 */
export type InflatePosition = "within" | "between" | "final" | "invalid";

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
  /** Where the stream stands. */
  readonly position: InflatePosition;
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
  #phase: "empty" | "message" | "ended" = "empty";

  /** Makes one for a connection. */
  constructor(inflater: Inflater, takeover: ContextTakeover) {
    this.#inflater = inflater;
    this.#takeover = takeover;
  }

  /** Starts a message. */
  start(): void {
    this.#phase = "empty";
  }

  /** Gives the next bytes of the message; read all pieces after it. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#phase = "message";
    this.#inflater.push(bytes);
  }

  /**
   * Says that the message is complete; read all pieces after it.
   *
   * Two messages are accepted although they break RFC 7692, as other receivers
   * take them: one without a byte, which should have one (7.2.3.6), and one
   * without a byte after its final block (7.2.3.4).
   */
  end(): void {
    if (this.#phase === "empty") return;
    this.#phase = "ended";
    if (this.#inflater.position !== "final") this.#inflater.push(TAIL);
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
      ? position === "between" || position === "final"
      : position !== "invalid";
  }
}
