/**
 * The thread of a network that can be cut.
 *
 * @module
 */

import type { NetworkCommand } from "./network.ts";

/** This module runs as a worker. */
declare const self: {
  onmessage: (event: MessageEvent<NetworkCommand>) => void;
  postMessage(message: number): void;
};

const open = new Set<Deno.TcpConn>();
let upstream = 0;

self.onmessage = ({ data }) => {
  switch (data.type) {
    case "connect":
      upstream = data.port;
      return;
    case "cut":
      setTimeout(cut, data.after);
  }
};

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
self.postMessage(listener.addr.port);
for await (const client of listener) carry(client);

function cut(): void {
  for (const connection of open) close(connection);
}

async function carry(client: Deno.TcpConn): Promise<void> {
  open.add(client);
  try {
    const server = await Deno.connect({
      hostname: "127.0.0.1",
      port: upstream,
    });
    open.add(server);
    await Promise.race([pass(client, server), pass(server, client)]);
    close(server);
  } catch {
    // Nobody listens, or one side broke the connection.
  }
  close(client);
}

function pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  return from.readable.pipeTo(to.writable).catch(() => {});
}

function close(connection: Deno.TcpConn): void {
  if (!open.delete(connection)) return;
  try {
    connection.close();
  } catch {
    // The stream that reads from it has closed it.
  }
}
