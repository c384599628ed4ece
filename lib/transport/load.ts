/**
 * Loads the transport of a name.
 *
 * @module
 */

import {
  nativeTransport,
  nativeTransportWith,
} from "./native/native_transport.ts";
import type { TransportChoice } from "../connection/config/transports.ts";
import { isLikeNode } from "../platform/node.ts";
import type { TransportKind } from "./transport.ts";
import type { Realm } from "./ws/ws_transport.ts";

/**
 * Bundlers skip an import whose options they cannot read, so what browsers cannot
 * use stays out of bundles for them. Deno and JSR read the specifier: the module
 * is in the graph, needs no permission, and its imports are rewritten.
 */
const NOT_BUNDLED: ImportCallOptions = {};

/**
 * Loads a transport.
 *
 * @param name `"auto"`: `tcp` in Deno, `ws` in Node and Bun, and native in browsers.
 * @param realm `"own"`: the globals belong to a worker of ours.
 */
export async function loadTransport(
  name: TransportChoice,
  realm: Realm,
): Promise<TransportKind> {
  switch (name) {
    case "auto":
      return await loadAutomatic(realm);
    case "native":
      return await loadNative();
    case "tcp":
      return await loadTcp();
    case "ws":
      return await loadWs(realm);
  }
}

async function loadAutomatic(realm: Realm): Promise<TransportKind> {
  if ("Deno" in globalThis) return await loadTcp();
  if (!isLikeNode()) return await loadNative();
  // A bundle may lack the package, and older versions of Bun have a stand-in.
  return await loadWs(realm).catch(loadNative);
}

async function loadTcp(): Promise<TransportKind> {
  if (!("Deno" in globalThis)) {
    throw new TypeError('the transport "tcp" needs Deno');
  }
  return (await import("./tcp/tcp_transport.ts", NOT_BUNDLED)).tcpTransport;
}

async function loadWs(realm: Realm): Promise<TransportKind> {
  const ws = await import("./ws/ws_transport.ts", NOT_BUNDLED);
  return await ws.loadWsTransport(realm);
}

/** Only Deno says why a connection failed, and only there messages get lost. */
async function loadNative(): Promise<TransportKind> {
  if (isLikeNode()) return nativeTransportWith();
  if (!("Deno" in globalThis)) return nativeTransport;
  try {
    return nativeTransportWith(
      await import("./native/deno.ts", NOT_BUNDLED),
    );
  } catch {
    // A bundle that runs in Deno: the errors say less.
    return nativeTransport;
  }
}
