/**
 * Calls of functions that may be asynchronous and that users wrote.
 *
 * @module
 */

import { guard } from "../platform/guard.ts";

/** Calls a function of the user's; what it throws or rejects with goes to `reportError`. */
export function callSafely(call: () => unknown): void {
  guard(() => {
    const result = call();
    if (!(result instanceof Promise)) return;
    result.catch((error: unknown) =>
      guard(() => {
        throw error;
      })
    );
  });
}
