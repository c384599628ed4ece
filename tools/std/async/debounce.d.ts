/** What {@linkcode debounce} returns. */
export interface DebouncedFunction<T extends Array<unknown>> {
  /** Schedules the call, replacing the one that is pending. */
  (...args: T): void;
  /** Drops the pending call. */
  clear(): void;
  /** Makes the pending call now. */
  flush(): void;
  /** Whether a call is pending. */
  readonly pending: boolean;
}

/** Delays calls of `fn` until `wait` milliseconds have passed without one. */
// deno-lint-ignore no-explicit-any
export declare function debounce<T extends Array<any>>(
  fn: (this: DebouncedFunction<T>, ...args: T) => void,
  wait: number,
): DebouncedFunction<T>;
