/**
 * The names of the transports: the one list that options, worker, client and
 * command line read.
 *
 * @module
 */

/**
 * What carries a connection: the connections of Deno, the package `ws`, or the
 * platform's own WebSocket.
 */
export type TransportName = "tcp" | "ws" | "native";

/** What the option `transport` takes: `"auto"` is `tcp` in Deno, `ws` in Node and Bun, native in browsers. */
export type TransportChoice = "auto" | TransportName;

/** All choices. The compiler misses none of them in the test of this file. */
export const TRANSPORT_CHOICES: readonly TransportChoice[] = [
  "auto",
  "tcp",
  "ws",
  "native",
];
