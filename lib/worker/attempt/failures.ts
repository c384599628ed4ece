/**
 * Makes failures from what was thrown in the worker.
 *
 * @module
 */

import type { Failure, ProviderName } from "../../connection/failure.ts";
import { describeError, HookError } from "./hooks.ts";

/** Why a resolution failed. */
export class ResolveError extends Error {
  override readonly name = "ResolveError";
  /** For the machine. */
  readonly failure: Failure;

  /** Wraps a failure, so that it can be thrown. */
  constructor(failure: Failure) {
    super(failure.type);
    this.failure = failure;
  }
}

/**
 * Loads a part of the worker.
 *
 * @throws {ResolveError} It cannot be loaded now, as when the network is gone.
 */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const detail = `Cannot load a part of the worker: ${describeError(error)}`;
    throw new ResolveError({ type: "worker", detail, retryable: true });
  }
}

/** Makes a failure of a thrown value; `fallback` says who failed, if the value does not. */
export function failureOf(error: unknown, fallback: ProviderName): Failure {
  if (error instanceof ResolveError) return error.failure;
  const { hook: name, retryable } = error instanceof HookError
    ? error
    : { hook: fallback, retryable: true };
  if (name === "greeting" && isRefusal(error)) {
    return { type: "authentication", detail: detailOf(error) };
  }
  return {
    type: "provider",
    name,
    detail: detailOf(error),
    ...!retryable && { retryable: false },
  };
}

/** Makes the failure of a socket whose transport, or a hook, threw. */
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
