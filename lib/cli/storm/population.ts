/**
 * What the simulation knows of its clients: they lose connections, and they
 * make attempts.
 *
 * @module
 */

/** How a server answers an attempt. */
export type Answer =
  | { readonly kind: "opened" }
  /** Nobody listens. */
  | { readonly kind: "refused" }
  /** Status 503, with or without advice. */
  | { readonly kind: "busy"; readonly retryAfter?: number };

/** Clients that all follow one policy, numbered from 0, all of them connected. */
export interface Population {
  /**
   * Takes a client's connection away.
   *
   * @param now Milliseconds since the simulation began.
   * @returns When it makes its next attempt; `Infinity`: never.
   */
  lose(client: number, now: number): number;
  /**
   * Lets a client make the attempt that it announced.
   *
   * @returns When it makes the next one; `Infinity`: never, since it is
   * connected or has given up.
   */
  attempt(client: number, now: number, answer: Answer): number;
}
