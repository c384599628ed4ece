/**
 * Runs in a page: sends numbers with a session to the URL behind `#`, blocks the
 * main thread meanwhile, and writes into the title what came back.
 *
 * @module
 */

import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";

const COUNT = 200;
const got: string[] = [];
const news: string[] = [];

const socket = new ReconnectingWebSocket(location.hash.slice(1), ["chat"], {
  session: true,
  worker: new WorkerHost({ url: "/worker.js" }),
  token: { token: "a page" },
  allowInsecure: true,
  backoff: { strategy: "exponential", initialDelay: 1, maxDelay: 20 },
});
const resumed = Promise.withResolvers<void>();
socket.addEventListener("open", ({ session }) => {
  news.push(`${session?.kind}`);
  if (session?.kind === "resumed") resumed.resolve();
});
socket.addEventListener("drop", ({ reason }) => news.push(`drop ${reason}`));
socket.addEventListener("message", ({ data, lastEventId }) => {
  got.push(`${data} ${lastEventId}`);
  if (got.length === COUNT) finish().catch(fail);
});
await socket.opened;
for (let number = 1; number <= COUNT; number += 1) {
  socket.send(`${number}`);
  if (number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  if (number !== COUNT / 2) continue;
  block(1_000);
  // The cut comes meanwhile, on a busy machine later: it is never too late.
  await resumed.promise;
}

async function finish(): Promise<void> {
  const inOrder = got.every((each, index) =>
    each === `${index + 1} ${index + 1}`
  );
  const latency = await socket.probe();
  socket.close();
  const { closeCode } = await socket.closed;
  const result = { inOrder, news, isAlive: latency >= 0, closeCode };
  Reflect.get(globalThis, "document").title = JSON.stringify(result);
}

/** What goes wrong is reported, too. */
function fail(error: unknown): void {
  Reflect.get(globalThis, "document").title = JSON.stringify({
    error: `${error}`,
    news,
  });
}

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
