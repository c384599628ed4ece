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

/** How a WebSocket is accepted. */
export interface UpgradeOptions {
  /** The subprotocol that is selected, or empty. */
  readonly protocol: string;
  /** After so many seconds without an answer to a ping it is closed; 0 for no pings. */
  readonly idleTimeout: number;
}

/** The part of Deno that this needs: the DOM's library has no types for it. */
interface DenoServer {
  upgradeWebSocket(
    request: Request,
    options: Pick<UpgradeOptions, "idleTimeout">,
  ): Upgraded;
}

/** Accepts a WebSocket, whose binary data is an `ArrayBuffer`. */
export function upgradeWebSocket(
  request: Request,
  { protocol, idleTimeout }: UpgradeOptions,
): Upgraded {
  const deno: DenoServer = Reflect.get(globalThis, "Deno");
  const upgraded = deno.upgradeWebSocket(request, { idleTimeout });
  // Deno's own option throws if the client's list has no space after its commas.
  if (protocol !== "") {
    upgraded.response.headers.set("sec-websocket-protocol", protocol);
  }
  upgraded.socket.binaryType = "arraybuffer";
  return upgraded;
}
