/**
 * Protects the library from errors of code that its users wrote.
 *
 * @module
 */

/** Calls a function; what it throws is reported. */
export function guard(run: () => void): void {
  try {
    run();
  } catch (error) {
    report(error);
  }
}

/**
 * Reports an error as one that nobody caught: `reportError`, or in Node, which
 * has none, the event `uncaughtException`.
 */
export function report(error: unknown): void {
  if ("reportError" in globalThis) return reportError(error);
  queueMicrotask(() => {
    throw error;
  });
}
