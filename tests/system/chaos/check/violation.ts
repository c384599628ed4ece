/**
 * A promise that a history breaks.
 *
 * @module
 */

/** What is wrong with a history. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
}
