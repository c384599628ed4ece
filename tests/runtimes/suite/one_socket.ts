/** Prints why a socket could not be opened. */

import { ReconnectingWebSocket } from "@holdfast/websocket";

const socket = new ReconnectingWebSocket("ws://127.0.0.1:1/");
socket.closed.catch(() => {});
await socket.opened.catch((error: unknown) => {
  // deno-lint-ignore no-console
  console.log(`${error}`);
});
