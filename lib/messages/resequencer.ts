/**
 * Delivers results in the order of arrival, whatever the order in which they
 * are ready.
 *
 * @module
 */

/** The bounds of what waits. */
export interface ResequencerLimits {
  /** In messages. */
  readonly maxMessages: number;
  /** In UTF-8 or binary bytes. */
  readonly maxBytes: number;
}

interface Slot<T> {
  readonly bytes: number;
  /** `undefined` until it is ready. */
  result: { readonly value: T } | undefined;
}

/** Results that wait for the ones before them. */
export class Resequencer<T> {
  readonly #limits: ResequencerLimits;
  readonly #deliver: (result: T) => void;
  readonly #slots: Slot<T>[] = [];
  #bytes = 0;

  /** Starts empty. */
  constructor(limits: ResequencerLimits, deliver: (result: T) => void) {
    this.#limits = limits;
    this.#deliver = deliver;
  }

  /** Whether a message of this size may wait; one message always may. */
  hasRoomFor(bytes: number): boolean {
    const { length } = this.#slots;
    if (length === 0) return true;
    const { maxMessages, maxBytes } = this.#limits;
    return length < maxMessages && this.#bytes + bytes <= maxBytes;
  }

  /** Delivers a result at once if no other waits, else in its turn. A promise must not reject. */
  add(bytes: number, result: T | Promise<T>): void {
    if (!(result instanceof Promise)) {
      if (this.#slots.length === 0) this.#deliver(result);
      else this.#append({ bytes, result: { value: result } });
      return;
    }
    const slot: Slot<T> = { bytes, result: undefined };
    this.#append(slot);
    result.then((value) => {
      slot.result = { value };
      this.#deliverReady();
    });
  }

  /** Forgets all results that wait. */
  clear(): void {
    this.#slots.length = 0;
    this.#bytes = 0;
  }

  #append(slot: Slot<T>): void {
    this.#slots.push(slot);
    this.#bytes += slot.bytes;
  }

  #deliverReady(): void {
    while (this.#slots[0]?.result !== undefined) {
      const { bytes, result } = this.#slots[0];
      this.#slots.shift();
      this.#bytes -= bytes;
      this.#deliver(result.value);
    }
  }
}
