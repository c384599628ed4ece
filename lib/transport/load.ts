/**
 * Loads the transport of a name.
 *
 * @module
 */

import {
  nativeTransport,
  nativeTransportWith,
} from "./native/native_transport.ts";
import type {
  TransportChoice,
  TransportName,
} from "../connection/config/transports.ts";
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
 * @param name `"auto"`: `tcp` in Deno, and the platform's own elsewhere.
 * @param realm `"own"`: the globals belong to a worker of ours.
 */
export async function loadTransport(
  name: TransportChoice,
  realm: Realm,
): Promise<TransportKind> {
  switch (name === "auto" ? automatic() : name) {
    case "native":
      return loadNative();
    case "tcp":
      return (await import("./tcp/tcp_transport.ts", NOT_BUNDLED)).tcpTransport;
    case "ws": {
      const ws = await import("./ws/ws_transport.ts", NOT_BUNDLED);
      return ws.loadWsTransport(realm);
    }
  }
}

function automatic(): TransportName {
  return "Deno" in globalThis ? "tcp" : "native";
}

/** Only Deno says why a connection failed, and only there messages get lost. */
async function loadNative(): Promise<TransportKind> {
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
