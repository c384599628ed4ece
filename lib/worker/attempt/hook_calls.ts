/**
 * Calls what a hooks module exports.
 *
 * @module
 */

import type { ProviderName } from "../../connection/failure.ts";
import { copyOfBinary, isArrayBuffer } from "../../queue/binary.ts";
import type { Data } from "../../queue/data.ts";
import { HookError, type Hooks } from "./hooks.ts";

/** A hook that an option names: it must be there. */
export function requireHook<N extends keyof Hooks>(
  hooks: Hooks,
  name: N,
): NonNullable<Hooks[N]> {
  const hook = hooks[name];
  if (hook !== undefined) return hook;
  const error = new TypeError(`The module exports no ${name}()`);
  throw new HookError(name, error, { retryable: false });
}

/** Calls a hook, whose failure then carries its name. */
export async function callHook<T>(
  hook: ProviderName,
  call: () => T | PromiseLike<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asHookError(hook, error);
  }
}

/** Calls a hook that must answer at once. */
export function callHookNow<T>(hook: ProviderName, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asHookError(hook, error);
  }
}

/** What a hook gave as a message, in the form that can be sent. */
export function messageOf(value: unknown): Data {
  if (typeof value === "string" || isArrayBuffer(value)) return value;
  const copy = copyOfBinary(value);
  if (copy !== undefined) return copy;
  throw new TypeError(
    `A message must be a string or an ArrayBuffer, not of type ${typeof value}`,
  );
}

function asHookError(hook: ProviderName, error: unknown): HookError {
  return error instanceof HookError ? error : new HookError(hook, error);
}
