/** Options for {@linkcode delay}. */
export interface DelayOptions {
  /** Rejects the promise with its reason when aborted. */
  signal?: AbortSignal;
  /**
   * Whether the pending delay keeps the process alive (Deno only).
   *
   * @default {true}
   */
  persistent?: boolean;
}

/** Resolves after `ms` milliseconds. */
export declare function delay(
  ms: number,
  options?: DelayOptions,
): Promise<void>;
