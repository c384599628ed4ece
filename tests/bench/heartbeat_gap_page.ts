/**
 * The page of `heartbeat_gap_browser.ts`.
 *
 * @module
 */

import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";

/** What the page is given. */
export interface Plan {
  /** Where the server is. */
  readonly url: string;
  /** Milliseconds between two heartbeats. */
  readonly interval: number;
  /** For how long the main thread is blocked, in milliseconds. */
  readonly block: number;
}

/** A socket and a timer in a worker and nothing else: what the machine makes of a timer. */
const BARE = `onmessage = ({ data: { url, interval } }) => {
  const socket = new WebSocket(url + "/bare");
  socket.onopen = () => setInterval(() => socket.send("ping"), interval);
}`;

/** Sends pings on three connections while the main thread is blocked; the server looks at the gaps. */
async function measure({ url, interval, block }: Plan): Promise<void> {
  const plain = new WebSocket(`${url}/plain`);
  await new Promise((resolve) => plain.onopen = resolve);
  setInterval(() => plain.send("ping"), interval);
  const bare = new Worker(URL.createObjectURL(new Blob([BARE])));
  bare.postMessage({ url, interval });
  const holdfast = new ReconnectingWebSocket(`${url}/holdfast`, [], {
    worker: new WorkerHost({ url: "/worker.js" }),
    heartbeat: { interval, message: "ping", expect: "ping" },
  });
  await holdfast.opened;
  for (let pings = 0; pings < 5; pings += 1) await nextHeartbeat(holdfast);
  const end = performance.now() + block;
  while (performance.now() < end);
  // What goes out late is to be seen, too.
  await new Promise((resolve) => setTimeout(resolve, 5 * interval));
}

function nextHeartbeat(socket: ReconnectingWebSocket): Promise<Event> {
  return new Promise((resolve) =>
    socket.addEventListener("heartbeat", resolve, { once: true })
  );
}

Reflect.set(globalThis, "measure", measure);
