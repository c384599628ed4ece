/**
 * Modules for the option `hooks`, from their code.
 *
 * @module
 */

/** Gives the URL of a module with this code. */
export function moduleOf(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
