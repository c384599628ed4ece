/**
 * Runs in a page whose main thread is blocked for 10 s: posts how often each of
 * two connections was lost meanwhile, and opened in all.
 *
 * @module
 */

import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";

const BLOCK = 10_000;
const url = location.href.replace(/^http/, "ws");
const worker = new WorkerHost({ url: "/worker.js" });

/** One pings more often than its timeout, the other once in a block. */
const sockets = [
  { interval: 200, timeout: 1_000 },
  { interval: 4_000, timeout: 2_000 },
].map((times) =>
  new ReconnectingWebSocket(url, [], {
    worker,
    heartbeat: { ...times, message: "ping", expect: "pong" },
  })
);
const losses: string[] = [];
for (const socket of sockets) {
  socket.addEventListener("disconnect", ({ error }) => losses.push(`${error}`));
}
await Promise.all(sockets.map(({ opened }) => opened));
await wait(3_900);
const end = performance.now() + BLOCK;
while (performance.now() < end);
await wait(3_500);
const opens = sockets.map((socket) => socket.metrics().opens);
await fetch("/result", {
  method: "POST",
  body: JSON.stringify({ losses, opens }),
});

function wait(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration));
}
