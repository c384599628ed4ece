/**
 * Both clocks and the timers of this realm, in the hands of a test.
 *
 * @module
 */

interface Timer {
  readonly call: () => void;
  /** `undefined`: it rings once. */
  readonly interval: number | undefined;
  at: number;
}

/** Replaces clocks and timers until it is disposed of. */
export class FakeClock implements Disposable {
  readonly #originals: readonly Disposable[];
  readonly #timers = new Map<number, Timer>();
  #lastTimer = 0;
  #monotonic = 1_000;
  #wall = 1_700_000_000_000;

  constructor() {
    const add = (interval: "once" | "again") => (call: () => void, ms = 0) => {
      this.#lastTimer += 1;
      this.#timers.set(this.#lastTimer, {
        call,
        interval: interval === "again" ? ms : undefined,
        at: this.#monotonic + ms,
      });
      return this.#lastTimer;
    };
    const clear = (timer: number) => this.#timers.delete(timer);
    this.#originals = [
      replace(performance, "now", () => this.#monotonic),
      replace(Date, "now", () => this.#wall),
      replace(globalThis, "setTimeout", add("once")),
      replace(globalThis, "setInterval", add("again")),
      replace(globalThis, "clearTimeout", clear),
      replace(globalThis, "clearInterval", clear),
    ];
  }

  /** Lets time pass, with each timer on time. */
  pass(duration: number): void {
    const end = this.#monotonic + duration;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#advance(Math.max(0, next.at - this.#monotonic));
      this.#ring();
    }
    this.#advance(end - this.#monotonic);
  }

  /** Lets time pass in which nothing runs; then come the timers that are late. */
  stop(duration: { readonly monotonic: number; readonly wall: number }): void {
    this.#monotonic += duration.monotonic;
    this.#wall += duration.wall;
    this.#ring();
  }

  [Symbol.dispose](): void {
    for (const original of this.#originals) original[Symbol.dispose]();
  }

  #advance(duration: number): void {
    this.#monotonic += duration;
    this.#wall += duration;
  }

  #next(end: number): Timer | undefined {
    return [...this.#timers.values()]
      .filter(({ at }) => at <= end)
      .sort((a, b) => a.at - b.at)[0];
  }

  /** An interval that was missed several times rings once. */
  #ring(): void {
    for (const [id, timer] of [...this.#timers]) {
      if (timer.at > this.#monotonic || !this.#timers.has(id)) continue;
      if (timer.interval === undefined) this.#timers.delete(id);
      else timer.at = this.#monotonic + timer.interval;
      timer.call();
    }
  }
}

function replace(holder: object, name: string, value: unknown): Disposable {
  const original = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, {
    value,
    configurable: true,
    writable: true,
  });
  return {
    [Symbol.dispose]() {
      if (original) Object.defineProperty(holder, name, original);
      else Reflect.deleteProperty(holder, name);
    },
  };
}
