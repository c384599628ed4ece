/**
 * The worker of `@holdfast/websocket`: sockets, heartbeats and reconnect loops.
 *
 * Nobody imports this module; the library starts it as a module worker. Its
 * URL is an entry point of the package so that bundlers and
 * `deno compile --include` can find it.
 *
 * @module
 */

import { type Endpoint, serve } from "./lib/worker/serve.ts";

serve(globalThis as unknown as Endpoint, "own");
