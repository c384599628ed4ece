/**
 * A socket.io server with connection state recovery, in a process of its own.
 *
 * @module
 */

import { createServer } from "node:http";
import { Server } from "socket.io";
import { RemoteHost } from "../../system/servers/remote/remote_host.ts";
import type { PeerCommand, PeerReport } from "./peer_server.ts";

const host = new RemoteHost<PeerCommand, PeerReport>(obey);
const http = createServer();
const received: (readonly [client: number, number: number])[] = [];
const io = new Server(http, {
  transports: ["websocket"],
  connectionStateRecovery: { maxDisconnectionDuration: 120_000 },
});
io.on("connection", (socket) => {
  const client = Number(socket.handshake.auth["client"]);
  socket.on("up", (number: number) => {
    received.push([client, number]);
    host.noticeChange();
  });
});

async function obey(command: PeerCommand): Promise<PeerReport> {
  switch (command.type) {
    case "start":
      await new Promise<void>((resolve) =>
        http.listen(command.port, "127.0.0.1", resolve)
      );
      break;
    case "emit":
      io.emit("down", command.number);
      break;
    case "report":
      break;
  }
  const address = http.address();
  const port = typeof address === "object" ? address?.port ?? 0 : 0;
  return { port, connections: io.engine.clientsCount, received };
}
