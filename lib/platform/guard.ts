/**
 * Protects the library from errors of code that its users wrote.
 *
 * @module
 */

/** Calls a function; what it throws goes to the platform's `reportError`. */
export function guard(run: () => void): void {
  try {
    run();
  } catch (error) {
    reportError(error);
  }
}
