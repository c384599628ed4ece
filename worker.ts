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

// A thread of Node has a port instead of a scope.
const port = "postMessage" in globalThis
  ? undefined
  : workerThreads()?.parentPort;

serve((port ?? globalThis) as Endpoint, "own");
