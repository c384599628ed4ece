/** Web Locks in one thread. */

import type { LockOptions, Locks } from "../../lib/platform/locks.ts";

interface Request {
  readonly mode: NonNullable<LockOptions["mode"]>;
  readonly grant: () => Promise<unknown>;
}

/** Grants locks in the order of the requests, as browsers do. */
export class FakeLocks implements Locks {
  readonly #held = new Map<string, Set<Request>>();
  readonly #wanted = new Map<string, () => void>();
  readonly #waiting = new Map<string, Request[]>();

  request(
    name: string,
    { mode = "exclusive", signal }: LockOptions,
    whileHeld: () => unknown,
  ): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const request: Request = {
      mode,
      grant: async () => resolve(await whileHeld()),
    };
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.set(name, [...waiting, request]);
    this.#wanted.get(name)?.();
    signal?.addEventListener("abort", () => {
      const waiting = this.#waiting.get(name) ?? [];
      if (!waiting.includes(request)) return;
      this.#waiting.set(name, waiting.filter((each) => each !== request));
      reject(signal.reason);
    });
    queueMicrotask(() => this.#grant(name));
    return promise;
  }

  /** The names of the locks that are held. */
  get held(): readonly string[] {
    return [...this.#held].flatMap(([name, holders]) =>
      holders.size > 0 ? [name] : []
    );
  }

  /** Holds a lock until it is freed; gives when somebody waits for it. */
  async hold(name: string): Promise<{ readonly wanted: Promise<void> }> {
    const held = Promise.withResolvers<void>();
    this.request(name, {}, () => {
      held.resolve();
      return new Promise(() => {});
    });
    await held.promise;
    const wanted = Promise.withResolvers<void>();
    this.#wanted.set(name, wanted.resolve);
    return { wanted: wanted.promise };
  }

  /** Frees a lock, as the end of its holder does. */
  free(name: string): void {
    this.#held.delete(name);
    this.#grant(name);
  }

  #grant(name: string): void {
    const [next, ...rest] = this.#waiting.get(name) ?? [];
    if (next === undefined) return;
    const holders = this.#held.get(name) ?? new Set();
    const fits = next.mode === "shared"
      ? [...holders].every(({ mode }) => mode === "shared")
      : holders.size === 0;
    if (!fits) return;
    this.#waiting.set(name, rest);
    this.#held.set(name, holders.add(next));
    next.grant().finally(() => {
      holders.delete(next);
      this.#grant(name);
    });
    this.#grant(name);
  }
}
