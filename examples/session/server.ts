/**
 * A server of sessions in a process of its own: it answers each message with the
 * same text, and keeps its sessions in a file.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- The process that starts it reads the port.

import { SessionServer } from "@holdfast/websocket/server";
import { sqliteStore } from "@holdfast/websocket/server/sqlite";

const [path = ":memory:"] = Deno.args;

const sessions = new SessionServer({
  key: "a key that is only good for a demonstration",
  authenticate: () => "anybody",
  store: sqliteStore(path),
  handler: { message: (_session, { data, reply }) => reply(data) },
});

Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(port),
}, (request) => sessions.upgrade(request));
