/** Options for {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Rejects the promise with its reason when aborted. */
  signal?: AbortSignal;
}

/**
 * Settles as `p` does, or rejects with a `TimeoutError` (a `DOMException`)
 * after `ms` milliseconds.
 */
export declare function deadline<T>(
  p: Promise<T>,
  ms: number,
  options?: DeadlineOptions,
): Promise<T>;
