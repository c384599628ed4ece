/**
 * A node with sessions in Redis, in a process of its own.
 *
 * @module
 */

import { SessionServer } from "../../../../lib/server/mod.ts";
import { openRedisStore } from "../../../system/chaos/sessions/nodes/open_store.ts";
import { RemoteHost } from "../../../system/servers/remote/remote_host.ts";
import type { NodeCommand, NodeReport } from "./peer_node.ts";

const received: (readonly [client: number, number: number])[] = [];
let sessions: SessionServer;
let port = 0;
let rejected = 0;

new RemoteHost<NodeCommand, NodeReport>(async (command) => {
  if (command.type === "start") await start(command);
  if (command.type === "emit") {
    const sent = await Promise.allSettled(
      command.sessions.map((id) =>
        sessions.session(id).send(`${command.number}`)
      ),
    );
    rejected += sent.filter(({ status }) => status === "rejected").length;
  }
  return { port, received, rejected };
});

async function start(
  { redis }: Extract<NodeCommand, { type: "start" }>,
): Promise<void> {
  const place = { kind: "redis", port: redis, client: "nodeRedis" } as const;
  sessions = new SessionServer({
    key: "a key of the comparison",
    authenticate: (request) => new URL(request.url).pathname,
    store: await openRedisStore(place, 20_000),
    limits: { resumes: 100_000 },
    handler: {
      message: ({ principal }, { data }) => {
        received.push([Number(principal.slice(1)), Number(data)]);
      },
    },
  });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => sessions.upgrade(request),
  );
  port = server.addr.port;
}
