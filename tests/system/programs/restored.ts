/**
 * Runs in a page that is left and comes back from the back/forward cache:
 * connects to the URL behind `#`, and writes into the title of the page how the
 * connection was lost.
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
const told: string[] = [];

addEventListener("pageshow", (event) => {
  if (Reflect.get(event, "persisted") === true) note("restored");
});

const socket = new ReconnectingWebSocket(url, [], { worker });
socket.addEventListener("disconnect", ({ error }) => note(`${error}`));
socket.addEventListener("open", () => note("open"));

const plain = new WorkerWebSocket(url, [], { worker });
for (const type of ["open", "error", "close"] as const) {
  plain.addEventListener(type, () => note(`plain ${type}`));
}

/** Sorted, since two connections are told in no certain order. */
function note(what: string): void {
  told.push(what);
  Reflect.get(globalThis, "document").title = JSON.stringify(told.sort());
}
