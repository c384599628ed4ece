/**
 * Opens a connection on its own thread to the URL that is the argument, and
 * prints what carries it.
 *
 * @module
 */

import { ReconnectingWebSocket } from "@holdfast/websocket";

await using socket = new ReconnectingWebSocket(Deno.args[0]!, [], {
  worker: "none",
});
await socket.opened;
const { status } = socket;
const transport = status.kind === "open" ? status.transport : status.kind;
Deno.stdout.writeSync(new TextEncoder().encode(transport));
