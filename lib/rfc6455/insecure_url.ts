/**
 * Which URLs expose a secret. Apart from `url.ts`, which a worker always needs.
 *
 * @module
 */

import { isLoopback } from "./url.ts";

/**
 * Says whether data for a URL crosses a network unencrypted: `ws:` to anything
 * but loopback.
 *
 * @param url A URL that `parseTarget()` accepts.
 */
export function isInsecure(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "ws:" && !isLoopback(hostname);
}
