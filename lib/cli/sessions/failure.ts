/**
 * Why a Redis cannot be used.
 *
 * @module
 */

import { EXIT_CODES } from "../exit_code.ts";

/** What went wrong, for the exit code. */
export type FailureKind =
  | "unreachable"
  | "unauthorized"
  | "timeout"
  | "protocol"
  | "failure";

/** A failure that ends the command. The message is one sentence for the user. */
export class RedisFailure extends Error {
  override readonly name = "RedisFailure";
  /** What went wrong. */
  readonly kind: FailureKind;

  /** Makes a failure. */
  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }

  /** The exit code of the command. */
  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}
