/**
 * A process with one socket that is instrumented, until the server says
 * "enough": `deno run instrumented.ts <url> <token>`.
 *
 * @module
 */

import { ReconnectingWebSocket } from "@holdfast/websocket";
import { instrument } from "@holdfast/websocket/otel";

const [url = "", token = ""] = Deno.args;

const socket = new ReconnectingWebSocket(url, [], {
  token,
  backoff: { first: 1, cap: 1 },
  heartbeat: { interval: 50, timeout: 10_000 },
});
instrument(socket, { attributes: { "app.feed": "prices" } });
socket.send("first");
for await (const message of socket) {
  if (message === "first") socket.send("drop me");
  if (message === "enough") socket.close();
}
