/**
 * The buffer that a connection reads into: small while little arrives, so that
 * thousands of idle connections are cheap, and large in a flood, so that it
 * takes few reads.
 *
 * @module
 */

/** The buffer of an idle connection, in bytes. */
const SMALLEST = 1024;
/** The largest buffer, in bytes. */
const LARGEST = 256 * 1024;
/** From one size to the next. */
const FACTOR = 4;

/** A buffer whose size follows what arrives. */
export class ReadBuffer {
  #bytes = new Uint8Array(SMALLEST);

  /** The buffer for the next read. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /**
   * Chooses the size for the next read. What the last read gave must not be
   * needed any more.
   *
   * A read that filled the buffer left something behind, so the next one is
   * larger. A pending read keeps its buffer, and the next bytes may be minutes
   * away, so the buffer shrinks at once.
   *
   * @param count How many bytes the last read gave.
   */
  adapt(count: number): void {
    const { length } = this.#bytes;
    const size = count === length
      ? Math.min(length * FACTOR, LARGEST)
      : Math.min(sizeFor(count * 2), length);
    if (size !== length) this.#bytes = new Uint8Array(size);
  }
}

/** The smallest size that holds so many bytes. */
function sizeFor(count: number): number {
  let size = SMALLEST;
  while (size < count) size *= FACTOR;
  return size;
}
