/**
 * The main thread is frozen for longer than the server waits for a pong. The
 * platform's `WebSocket` loses its connection, ours does not.
 *
 * ```sh
 * deno run --allow-net --allow-read examples/blocked_main.ts \
 *   [--url ws://...] [--freeze 3]
 * ```
 *
 * Without `--url` it starts its own server in another thread, which drops a client
 * that does not answer a ping within a second. `deno task demo` shows more.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { serveInThread } from "./threads/serve.ts";

const log = getLogger();
const flags = parseArgs(Deno.args, {
  string: ["url", "freeze"],
  default: { freeze: "3" },
});
using server = flags.url === undefined ? await serveInThread() : undefined;
const url = flags.url ?? server!.url;

const plain = new WebSocket(url);
const plainClosed = new Promise((resolve) => plain.onclose = resolve);
await new Promise((resolve) => plain.onopen = resolve);

await using socket = new ReconnectingWebSocket(url, [], {
  heartbeat: { interval: 100 },
});
await socket.opened;

log.info(`Frozen for ${flags.freeze} s`);
const end = performance.now() + Number(flags.freeze) * 1_000;
while (performance.now() < end);
log.info("Awake");

socket.send("still here?");
await socket.receive({ timeout: 10_000 });
const { disconnects, longestHeartbeatGap } = socket.metrics();
const gap = Math.round(longestHeartbeatGap);
log.info(`holdfast: ${disconnects} disconnects, longest gap ${gap} ms`);

if (server === undefined) plain.close();
await plainClosed;
log.info("plain: the connection is gone");
