/** Thrown by {@linkcode retry} when the attempts are spent. */
export declare class RetryError extends Error {
  /** Takes what the last attempt threw, and the number of attempts. */
  constructor(cause: unknown, attempts: number);
}

/** Options for {@linkcode retry}. */
export interface RetryOptions {
  /**
   * The growth of the delay from one attempt to the next.
   *
   * @default {2}
   */
  multiplier?: number;
  /**
   * The longest delay between attempts, in milliseconds.
   *
   * @default {60000}
   */
  maxTimeout?: number;
  /**
   * The number of attempts.
   *
   * @default {5}
   */
  maxAttempts?: number;
  /**
   * The first delay, in milliseconds.
   *
   * @default {1000}
   */
  minTimeout?: number;
  /**
   * The random share of a delay, from 0 (none) to 1 (all of it).
   *
   * @default {1}
   */
  jitter?: number;
  /**
   * Says whether to try again after what was thrown.
   *
   * @default {() => true}
   */
  isRetriable?: (err: unknown) => boolean;
}

/** Calls `fn` until it succeeds, with growing delays in between. */
export declare function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options?: RetryOptions,
): Promise<T>;
