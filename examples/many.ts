/**
 * Many connections in one worker: 200 of them join, and all receive what one sends.
 *
 * ```sh
 * deno run --allow-net --allow-read examples/many.ts [--url ws://...] \
 *   [--connections 200]
 * ```
 *
 * Without `--url` it starts its own server, which sends each message to all
 * clients.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { getLogger } from "@std/log";
import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";

const log = getLogger();
const flags = parseArgs(Deno.args, {
  string: ["url", "connections"],
  default: { connections: "200" },
});
await using server = flags.url === undefined ? serve() : undefined;
const url = flags.url ?? `ws://localhost:${server?.addr.port}`;

// All sockets share one worker by default. An own host can be disposed of, together
// with its sockets.
await using host = new WorkerHost({ size: 1 });
const startedAt = performance.now();
const sockets = Array.from(
  { length: Number(flags.connections) },
  () => new ReconnectingWebSocket(url, [], { worker: host }),
);
await Promise.all(sockets.map(({ opened }) => opened));
log.info(`${sockets.length} connections are open after ${elapsed()} ms`);

sockets[0]?.send("hello, all");
await Promise.all(sockets.map((socket) => socket.receive({ timeout: 10_000 })));
log.info(`${sockets.length} have received it after ${elapsed()} ms`);

function elapsed(): number {
  return Math.round(performance.now() - startedAt);
}

function serve(): Deno.HttpServer<Deno.NetAddr> {
  const clients = new Set<WebSocket>();
  return Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    clients.add(socket);
    socket.onclose = () => clients.delete(socket);
    socket.onmessage = ({ data }) => {
      for (const each of clients) send(each, data);
    };
    return response;
  });
}

/** A client may be open before its server has noticed. */
function send(socket: WebSocket, data: string): void {
  if (socket.readyState === WebSocket.CONNECTING) {
    socket.addEventListener("open", () => socket.send(data));
  } else socket.send(data);
}
