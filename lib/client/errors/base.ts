/**
 * What all errors of this package have in common.
 *
 * @module
 */

/** What every {@linkcode SocketError} is made of. */
export interface SocketErrorInit {
  /** Whether trying again can help. */
  readonly retryable: boolean;
  /** What led to it. */
  readonly cause?: unknown;
}

/**
 * What all errors of this package have in common.
 *
 * @example Deciding what can be tried again
 * ```ts
 * import { ConnectError, SocketError } from "@holdfast/websocket";
 *
 * const error: Error = new ConnectError("No route", { kind: "unknown", retryable: true });
 * if (error instanceof SocketError && error.retryable) console.log(error.name);
 * ```
 */
export abstract class SocketError extends Error {
  /** Whether trying again can help. */
  readonly retryable: boolean;

  /**
   * Makes an error.
   *
   * @param message What happened, and what to do about it.
   * @param init Whether trying again can help, and the cause.
   */
  constructor(message: string, init: SocketErrorInit) {
    super(message, "cause" in init ? { cause: init.cause } : undefined);
    this.retryable = init.retryable;
  }

  /** The name of the class. */
  override get name(): string {
    return "SocketError";
  }
}
