/**
 * A WebSocket server of `ws` that leaves it to the fixture what a connection
 * gets.
 *
 * @module
 */

import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";

/** A connection that has just opened. */
export interface Arrival {
  /** What the client asked for. */
  readonly path: string;
  /** The connection. */
  readonly socket: WebSocket;
  /** What carries it. */
  readonly stream: Duplex;
}

/** How a bare server differs from others. */
export interface BareServerOptions {
  /** Receives each connection. */
  readonly serve: (arrival: Arrival) => void;
  /** The paths there are; others get a 404. */
  readonly paths?: RegExp;
}

/** Starts a server on loopback, which ends with its thread, and gives its port. */
export function startBareServer(
  { serve, paths = /^/ }: BareServerOptions,
): Promise<number> {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
  });
  const server = createServer((_request, response) => {
    response.writeHead(426).end();
  });
  server.on("upgrade", (request, stream, head) => {
    const path = request.url ?? "";
    stream.on("error", () => {});
    if (paths.test(path)) {
      sockets.handleUpgrade(
        request,
        stream,
        head,
        (socket) => serve({ path, socket, stream }),
      );
    } else stream.end("HTTP/1.1 404 Not Found\r\n\r\n");
  });
  return listen(server);
}

async function listen(server: Server): Promise<number> {
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new TypeError(`Cannot tell the port of ${address}`);
  }
  return address.port;
}
