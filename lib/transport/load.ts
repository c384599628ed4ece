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
import type { Realm, TransportKind } from "./transport.ts";

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
export function loadTransport(
  name: TransportChoice,
  realm: Realm,
): Promise<TransportKind> {
  switch (name) {
    case "auto":
      return loadAutomatic(realm);
    case "native":
      return loadNative();
    case "tcp":
      return loadTcp();
    case "ws":
      return loadWs(realm);
  }
}

function loadAutomatic(realm: Realm): Promise<TransportKind> {
  if ("Deno" in globalThis) return loadTcp();
  if (!isLikeNode()) return loadNative();
  // A bundle may lack the package, and older versions of Bun have a stand-in.
  return loadWs(realm).catch(loadNative);
}

/** A second `import()` of the module takes Deno 1 to 2 ms. */
let tcp: TransportKind | undefined;

async function loadTcp(): Promise<TransportKind> {
  if (!("Deno" in globalThis)) {
    throw new TypeError('the transport "tcp" needs Deno');
  }
  return tcp ??= (await import("./tcp/tcp_transport.ts", NOT_BUNDLED))
    .tcpTransport;
}

async function loadWs(realm: Realm): Promise<TransportKind> {
  return (await import("./ws/ws_transport.ts", NOT_BUNDLED))
    .loadWsTransport(realm);
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
