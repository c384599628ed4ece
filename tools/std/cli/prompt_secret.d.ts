/** Options for {@linkcode promptSecret}. */
export type PromptSecretOptions = {
  /**
   * What is shown for each character; nothing when empty.
   *
   * @default {"*"}
   */
  mask?: string;
  /** Clears the line after the input. */
  clear?: boolean;
};

/**
 * Asks for a line on the terminal without showing it; `null` when stdin is not
 * a terminal. It blocks the thread.
 */
export declare function promptSecret(
  message?: string,
  options?: PromptSecretOptions,
): string | null;
