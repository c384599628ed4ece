/**
 * A node of socket.io with connection state recovery by its Redis Streams adapter,
 * in a process of its own.
 *
 * @module
 */

import { createServer } from "node:http";
import { createClient } from "@redis/client";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { Server } from "socket.io";
import { RemoteHost } from "../../../system/servers/remote/remote_host.ts";
import type { NodeCommand, NodeReport } from "./peer_node.ts";

const received: (readonly [client: number, number: number])[] = [];
const http = createServer();
let io: Server;

new RemoteHost<NodeCommand, NodeReport>(async (command) => {
  if (command.type === "start") await start(command);
  if (command.type === "emit") io.emit("down", command.number);
  const address = http.address();
  const port = typeof address === "object" ? address?.port ?? 0 : 0;
  return { port, received, rejected: 0 };
});

async function start(
  { redis }: Extract<NodeCommand, { type: "start" }>,
): Promise<void> {
  const client = createClient({
    socket: { host: "127.0.0.1", port: redis, reconnectStrategy: 50 },
  });
  client.on("error", () => {});
  await client.connect();
  io = new Server(http, {
    adapter: createAdapter(client),
    transports: ["websocket"],
    connectionStateRecovery: { maxDisconnectionDuration: 120_000 },
  });
  io.on("connection", (socket) => {
    const id = Number(socket.handshake.auth["client"]);
    socket.on("up", (number: number) => void received.push([id, number]));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
}

// Its adapter sends to a Redis that is away, and catches nothing.
globalThis.addEventListener(
  "unhandledrejection",
  (event) => event.preventDefault(),
);
