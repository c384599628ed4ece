/**
 * Heartbeats: the latency of each ping, a probe on demand, and a server that falls
 * silent and is detected.
 *
 * ```sh
 * deno run --allow-net --allow-read examples/heartbeat.ts [--url ws://...]
 * ```
 *
 * Without `--url` it starts its own server, and freezes it.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import {
  HeartbeatTimeoutError,
  ReconnectingWebSocket,
  type ReconnectingWebSocketEventMap,
} from "@holdfast/websocket";
import { serveInThread } from "./threads/serve.ts";

const log = getLogger();
const { url } = parseArgs(Deno.args, { string: ["url"] });
using server = url === undefined ? await serveInThread() : undefined;

await using socket = new ReconnectingWebSocket(url ?? server!.url, [], {
  heartbeat: { interval: 200, timeout: 400 },
  backoff: { strategy: "exponential", initialDelay: 200 },
});
socket.addEventListener("error", ({ error }) => {
  const found = error instanceof HeartbeatTimeoutError ? "A dead peer: " : "";
  log.warn(`${found}${error.message}`);
});

await socket.opened;
log.info(`A probe took ${(await socket.probe()).toFixed(1)} ms`);
for (let pings = 0; pings < 3; pings += 1) {
  log.info(
    `A heartbeat took ${(await next("heartbeat")).latency.toFixed(1)} ms`,
  );
}

if (server !== undefined) {
  const again = next("open");
  log.info("The server freezes for 3 s");
  server.freeze(3_000);
  await again;
  log.info("Connected again");
}

function next<Type extends keyof ReconnectingWebSocketEventMap>(
  type: Type,
): Promise<ReconnectingWebSocketEventMap[Type]> {
  return new Promise((resolve) => {
    socket.addEventListener(type, resolve, { once: true });
  });
}
