/**
 * A line of defence between the library and what its users wrote.
 *
 * @module
 */

/** Runs something; what it throws goes to the platform's `reportError`. */
export function guard(run: () => void): void {
  try {
    run();
  } catch (error) {
    reportError(error);
  }
}
