/**
 * A node with many sessions, in a process of its own.
 *
 * @module
 */

import process from "node:process";
import { SessionServer } from "../../../../lib/server/mod.ts";
import { openRedisStore } from "../../../system/chaos/sessions/nodes/open_store.ts";
import { RemoteHost } from "../../../system/servers/remote/remote_host.ts";
import type { AttachedCommand, AttachedReport } from "./attached.ts";

/** How many messages are on their way to Redis at a time. */
const BATCH = 100;
const MESSAGE = "x".repeat(100);

const [redis] = Deno.args;
const place = { kind: "redis", client: "nodeRedis" } as const;
const sessions = new SessionServer({
  key: "a key of the benchmark",
  authenticate: (request) => new URL(request.url).pathname,
  store: await openRedisStore({ ...place, port: Number(redis) }, 20_000),
  handler: { message() {} },
});
const http = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen() {} },
  (request) => sessions.upgrade(request),
);

new RemoteHost<AttachedCommand, AttachedReport>(async (command) => {
  if (command.type === "tell") await tell(command.sessions);
  Reflect.get(globalThis, "gc")?.();
  const { user, system } = process.cpuUsage();
  return {
    port: http.addr.port,
    connections: sessions.metrics().connections,
    resident: Deno.memoryUsage().rss,
    cpu: user + system,
  };
});

async function tell(all: readonly string[]): Promise<void> {
  for (let at = 0; at < all.length; at += BATCH) {
    await Promise.all(
      all.slice(at, at + BATCH).map((id) => sessions.session(id).send(MESSAGE)),
    );
  }
}
