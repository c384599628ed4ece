/**
 * Ctrl-C: once to end early, twice to wait for nothing.
 *
 * @module
 */

const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Hears signals until it is disposed. */
export class Interrupts implements Disposable {
  readonly #first = new AbortController();
  readonly #second = new AbortController();

  /** Begins to hear. */
  constructor() {
    for (const signal of SIGNALS) {
      Deno.addSignalListener(signal, this.#onSignal);
    }
  }

  /** Aborts at the first signal. */
  get first(): AbortSignal {
    return this.#first.signal;
  }

  /** Aborts at the second signal. */
  get second(): AbortSignal {
    return this.#second.signal;
  }

  /** Hears no more. */
  [Symbol.dispose](): void {
    for (const signal of SIGNALS) {
      Deno.removeSignalListener(signal, this.#onSignal);
    }
  }

  readonly #onSignal = (): void => {
    (this.first.aborted ? this.#second : this.#first).abort();
  };
}
