/**
 * The WebSocket of a request to `Deno.serve`.
 *
 * @module
 */

/**
 * Accepts a WebSocket. Deno's own pings are off: they close after 30 s, whatever
 * the server wants.
 */
export function upgradeWebSocket(
  request: Request,
  protocol: string,
): { readonly socket: WebSocket; readonly response: Response } {
  const upgraded = Deno.upgradeWebSocket(request, { protocol, idleTimeout: 0 });
  upgraded.socket.binaryType = "arraybuffer";
  return upgraded;
}
