/**
 * The interface between the simulation and its clients.
 *
 * @module
 */

/** How a server answers an attempt. */
export type Answer =
  | { readonly kind: "opened" }
  /** The connection is refused. */
  | { readonly kind: "refused" }
  /** Status 503, with or without `Retry-After` in milliseconds. */
  | { readonly kind: "busy"; readonly retryAfter?: number };

/** Clients that all follow one policy, numbered from 0, at first all connected. */
export interface Population {
  /**
   * Ends the connection of a client.
   *
   * @param now Milliseconds since the simulation began.
   * @returns When the next attempt is due; `Infinity`: never.
   */
  lose(client: number, now: number): number;
  /**
   * Makes the attempt that is due.
   *
   * @returns When the next attempt is due; `Infinity`: the client is connected or
   * has given up.
   */
  attempt(client: number, now: number, answer: Answer): number;
}
