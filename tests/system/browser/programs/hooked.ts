/**
 * Runs in a page: opens a connection with a hooks module, and says what came of it.
 *
 * @module
 */

import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";

const worker = new WorkerHost({ url: "/worker.js" });

/** How many attempts failed, and the error that ended it; `""`: it opened. */
export interface Outcome {
  readonly losses: number;
  readonly error: string;
}

/** Connects to the server of the page with a hooks module of it. */
async function connectWith(module: string): Promise<Outcome> {
  const socket = new ReconnectingWebSocket("/echo", [], {
    worker,
    hooks: new URL(module, location.href),
    token: { placement: { query: "t" } },
    backoff: { first: 10, cap: 10 },
  });
  let losses = 0;
  socket.addEventListener("disconnect", () => losses += 1);
  socket.closed.catch(() => {});
  const error = await socket.opened.then(() => "", (error) => `${error}`);
  socket.close();
  return { losses, error };
}

Object.assign(globalThis, { connectWith });
