/**
 * The WebSocket of a request to `Deno.serve`.
 *
 * @module
 */

/** What Deno gives for a request. */
interface Upgraded {
  readonly socket: WebSocket;
  readonly response: Response;
}

/** The part of Deno that this needs: the DOM's library has no types for it. */
interface DenoServer {
  upgradeWebSocket(
    request: Request,
    options: { readonly protocol: string; readonly idleTimeout: number },
  ): Upgraded;
}

/**
 * Accepts a WebSocket. Deno's own pings are off: they close after 30 s, whatever
 * the server wants.
 */
export function upgradeWebSocket(
  request: Request,
  protocol: string,
): Upgraded {
  const deno: DenoServer = Reflect.get(globalThis, "Deno");
  const upgraded = deno.upgradeWebSocket(request, { protocol, idleTimeout: 0 });
  upgraded.socket.binaryType = "arraybuffer";
  return upgraded;
}
