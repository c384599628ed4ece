/**
 * A promise that is made when somebody asks for it, or when it settles.
 *
 * @module
 */

/** Settles once. A rejection that nobody handles is not reported. */
export class LazyPromise<T> {
  #promise: Promise<T> | undefined;
  #awaited: PromiseWithResolvers<T> | undefined;

  /** The promise, always the same. */
  get promise(): Promise<T> {
    if (this.#promise !== undefined) return this.#promise;
    this.#awaited = Promise.withResolvers();
    return this.#keep(this.#awaited.promise);
  }

  /** Resolves it, unless it has settled. */
  resolve(value: T): void {
    if (this.#promise === undefined) this.#keep(Promise.resolve(value));
    else this.#awaited?.resolve(value);
  }

  /** Rejects it, unless it has settled. */
  reject(error: unknown): void {
    if (this.#promise === undefined) this.#keep(Promise.reject(error));
    else this.#awaited?.reject(error);
  }

  #keep(promise: Promise<T>): Promise<T> {
    promise.catch(() => {});
    return this.#promise = promise;
  }
}
