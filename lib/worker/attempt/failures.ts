/**
 * From what was thrown in the worker to the failure that it stands for.
 *
 * @module
 */

import type { Failure, ProviderName } from "../../connection/failure.ts";
import { describeError, HookError } from "./hooks.ts";

/** Why a resolution failed. */
export class ResolveError extends Error {
  override readonly name = "ResolveError";
  /** As the machine takes it. */
  readonly failure: Failure;

  /** Wraps a failure, so that it can be thrown. */
  constructor(failure: Failure) {
    super(failure.type);
    this.failure = failure;
  }
}

/** The failure that a thrown value stands for; `fallback` says whose fault it is otherwise. */
export function failureOf(error: unknown, fallback: ProviderName): Failure {
  if (error instanceof ResolveError) return error.failure;
  const name = error instanceof HookError ? error.hook : fallback;
  if (name === "greeting" && isRefusal(error)) {
    return { type: "authentication", detail: detailOf(error) };
  }
  return { type: "provider", name, detail: detailOf(error) };
}

/** The failure of a socket: its transport threw, unless it was a hook. */
export function socketFailure(error: unknown): Failure {
  if (error instanceof HookError) return failureOf(error, error.hook);
  return {
    type: "lost",
    detail: `The transport failed: ${describeError(error)}`,
  };
}

function detailOf(error: unknown): string {
  return error instanceof HookError ? error.message : describeError(error);
}

function isRefusal(error: unknown): boolean {
  const thrown = error instanceof HookError ? error.cause : error;
  return thrown instanceof Error && thrown.name === "AuthenticationError";
}
