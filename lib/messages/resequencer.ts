/**
 * Results that are ready in any order, delivered in the order of arrival.
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

interface Place<T> {
  readonly bytes: number;
  /** `undefined` as long as it is being worked on. */
  result: { readonly value: T } | undefined;
}

/** Where results wait for those before them. */
export class Resequencer<T> {
  readonly #limits: ResequencerLimits;
  readonly #deliver: (result: T) => void;
  readonly #places: Place<T>[] = [];
  #bytes = 0;

  /** Makes an empty line. */
  constructor(limits: ResequencerLimits, deliver: (result: T) => void) {
    this.#limits = limits;
    this.#deliver = deliver;
  }

  /** Whether there is room for a message of this size; one may always wait. */
  admits(bytes: number): boolean {
    const { length } = this.#places;
    if (length === 0) return true;
    const { maxMessages, maxBytes } = this.#limits;
    return length < maxMessages && this.#bytes + bytes <= maxBytes;
  }

  /** Delivers a result at once if nobody waits, else in turn. A promise must not reject. */
  enter(bytes: number, result: T | Promise<T>): void {
    if (!(result instanceof Promise)) {
      if (this.#places.length === 0) this.#deliver(result);
      else this.#join({ bytes, result: { value: result } });
      return;
    }
    const place: Place<T> = { bytes, result: undefined };
    this.#join(place);
    result.then((value) => {
      place.result = { value };
      this.#advance();
    });
  }

  /** Forgets those who wait. */
  clear(): void {
    this.#places.length = 0;
    this.#bytes = 0;
  }

  #join(place: Place<T>): void {
    this.#places.push(place);
    this.#bytes += place.bytes;
  }

  #advance(): void {
    while (this.#places[0]?.result !== undefined) {
      const { bytes, result } = this.#places[0];
      this.#places.shift();
      this.#bytes -= bytes;
      this.#deliver(result.value);
    }
  }
}
