/**
 * Runs in a page that is left and comes back from the back/forward cache:
 * connects to the URL behind `#`, and writes into the title of the page what
 * happened to the connections.
 *
 * @module
 */

import {
  ReconnectingWebSocket,
  WorkerHost,
  WorkerWebSocket,
} from "@holdfast/websocket";

const url = location.hash.slice(1);
const worker = new WorkerHost({ url: "/worker.js" });
const notes: string[] = [];

addEventListener("pageshow", (event) => {
  if (Reflect.get(event, "persisted") === true) note("restored");
});

const socket = new ReconnectingWebSocket(url, [], { worker });
socket.addEventListener("error", ({ error }) => note(`${error}`));
socket.addEventListener(
  "disconnect",
  ({ closeCode, reason }) => note(`disconnect ${closeCode} ${reason}`),
);
socket.addEventListener("open", () => note("open"));

const plain = new WorkerWebSocket(url, [], { worker });
plain.addEventListener("open", () => note("plain open"));
plain.addEventListener("error", () => note("plain error"));
plain.addEventListener(
  "close",
  ({ code, reason }) => note(`plain close ${code} ${reason}`),
);

/** Sorted, since two connections report in no certain order. */
function note(what: string): void {
  notes.push(what);
  Reflect.get(globalThis, "document").title = JSON.stringify(notes.sort());
}
