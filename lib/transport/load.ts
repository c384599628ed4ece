/**
 * Finds the transport that was asked for.
 *
 * @module
 */

import { nativeTransport } from "./native/native_transport.ts";
import type { TransportChoice } from "../connection/transports.ts";
import type { TransportKind } from "./transport.ts";
import type { Realm } from "./ws/ws_transport.ts";

/**
 * Bundlers leave an import alone whose options they cannot read, so `ws` stays
 * out of bundles for browsers. Deno and JSR do read the specifier: the module
 * is in the graph, needs no permission, and its imports are rewritten.
 */
const NOT_BUNDLED: ImportCallOptions = {};

/**
 * Loads a transport.
 *
 * @param name `"auto"`: `ws` in Deno, where its ping frames are worth most,
 * else the platform's own.
 * @param realm Whether the globals are those of a worker of our own.
 */
export async function loadTransport(
  name: TransportChoice,
  realm: Realm,
): Promise<TransportKind> {
  if (name === "native" || (name === "auto" && !("Deno" in globalThis))) {
    return nativeTransport;
  }
  const { loadWsTransport } = await import("./ws/ws_transport.ts", NOT_BUNDLED);
  return loadWsTransport(realm);
}
