/**
 * The worker of `@holdfast/websocket`: sockets, heartbeats and reconnect loops.
 *
 * Nobody imports this module; the library starts it as a module worker. Its
 * URL is an entry point of the package so that bundlers and
 * `deno compile --include` can find it.
 *
 * @module
 */

import { workerThreads } from "./lib/platform/node.ts";
import { type Endpoint, serve } from "./lib/worker/serve.ts";
import type { TabsScope } from "./lib/worker/tabs.ts";

if ("onconnect" in globalThis) serveTabs();
else {
  // A thread of Node has a port instead of a scope.
  const port = "postMessage" in globalThis
    ? undefined
    : workerThreads()?.parentPort;
  serve((port ?? globalThis) as Endpoint, "own");
}

/** In a `SharedWorker`, whose first event comes before the code does. */
function serveTabs(): void {
  const serving = import("./lib/worker/tabs.ts").then(({ serveTabs }) =>
    serveTabs(globalThis as TabsScope)
  );
  // Its end is noticed at once, and its silence is not.
  serving.catch(() => globalThis.close());
  Reflect.set(globalThis, "onconnect", async ({ ports }: MessageEvent) => {
    const [port] = ports;
    if (port !== undefined) (await serving)(port);
  });
}
