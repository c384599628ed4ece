/**
 * The program behind `startWsServer`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, STATUS_CODES } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import { type RawData, WebSocket, WebSocketServer } from "ws";
import { ConnectionLog, now } from "./connection_log.ts";
import { RemoteHost } from "../remote/remote_host.ts";
import { parseInBand } from "./server_command.ts";
import type { ServerReport } from "./server_report.ts";
import type {
  Handshake,
  WsServerCommand,
  WsServerOptions,
} from "./ws_server.ts";

const host = new RemoteHost<WsServerCommand, ServerReport>(obey);
const log = new ConnectionLog(() => host.noticeChange());
const streams = new Map<WebSocket, Duplex>();
const raw = new Set<Duplex>();
let options: WsServerOptions = {};
let port = 0;
let sockets = new WebSocketServer({ noServer: true });
let server = createServer();

async function obey(command: WsServerCommand): Promise<ServerReport> {
  await perform(command);
  return log.report(port, command.type === "history" ? "all" : "none");
}

async function perform(command: WsServerCommand): Promise<void> {
  switch (command.type) {
    case "start":
      options = command.options;
      port = options.port ?? 0;
      await listen();
      return;
    case "configure":
      options = { ...options, ...command.behaviour };
      return;
    case "report":
    case "history":
      return;
    case "send":
      for (const socket of streams.keys()) socket.send(command.text);
      return;
    case "write":
      for (const stream of streams.values()) {
        stream.write(Buffer.from(command.bytes));
      }
      return;
    case "stop-reading":
      for (const socket of streams.keys()) socket.pause();
      return;
    case "continue-reading":
      for (const socket of streams.keys()) socket.resume();
      return;
    case "close":
      closeAll(command.closeCode, command.reason);
      return;
    case "drop":
      drop();
      return;
    case "kill":
      stopListening();
      drop();
      return;
    case "stop":
      stopListening();
      closeAll(1001, "Going away");
      return;
    case "restart":
      await listen();
      return;
  }
}

async function listen(): Promise<void> {
  sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: options.perMessageDeflate ?? false,
    handleProtocols: (offered) => selectProtocol(offered) ?? false,
  });
  server = createServer((_request, response) => {
    response.writeHead(426).end("A WebSocket server");
  });
  server.on("upgrade", meet);
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(port, options.hostname ?? "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address !== null && typeof address === "object") port = address.port;
}

function stopListening(): void {
  server.close();
}

/** Ends each TCP connection, those without a WebSocket too, by RST. */
function drop(): void {
  for (const stream of raw) reset(stream);
}

function reset(stream: Duplex): void {
  if (stream instanceof Socket) stream.resetAndDestroy();
  else stream.destroy();
}

function closeAll(closeCode: number, reason: string): void {
  // A connection whose closing is ignored has lost its own close().
  for (const socket of streams.keys()) {
    WebSocket.prototype.close.call(socket, closeCode, reason);
  }
}

function meet(request: IncomingMessage, stream: Duplex, head: Buffer): void {
  log.attempted();
  raw.add(stream);
  stream.on("close", () => raw.delete(stream));
  stream.on("error", () => {});
  const handshake = judge(request);
  switch (handshake.type) {
    case "accept":
    case "accept-and-drop": {
      // The client may be busy with the answer before the callback is here.
      const openedAt = now();
      sockets.handleUpgrade(request, stream, head, (socket) => {
        serve(socket, stream, { request, openedAt });
        if (handshake.type === "accept-and-drop") reset(stream);
      });
      return;
    }
    case "refuse":
      stream.end(formatResponse(handshake));
      return;
    case "silence":
      return;
    case "drop":
      reset(stream);
      return;
  }
}

function judge(request: IncomingMessage): Handshake {
  const isComplete = Object.entries(options.requiredHeaders ?? {})
    .every(([name, value]) => request.headers[name] === value);
  if (!isComplete) return { type: "refuse", status: 401 };
  return options.handshake ?? { type: "accept" };
}

function formatResponse(
  { status, headers = {}, body = "" }: Handshake & { type: "refuse" },
): string {
  const fields = {
    "connection": "close",
    "content-length": `${Buffer.byteLength(body)}`,
    ...headers,
  };
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Unknown"}`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    "",
    body,
  ].join("\r\n");
}

function selectProtocol(offered: Set<string>): string | undefined {
  return [...offered].find((name) => options.protocols?.includes(name));
}

function serve(
  socket: WebSocket,
  stream: Duplex,
  { request, openedAt }: {
    readonly request: IncomingMessage;
    readonly openedAt: number;
  },
): void {
  streams.set(socket, stream);
  const entry = log.opened({
    target: request.url ?? "",
    headers: flatten(request),
    protocol: socket.protocol,
  }, openedAt);
  const heartbeat = startHeartbeat(socket);
  // `ws` answers a close frame by this very call.
  if (options.closing === "ignore") socket.close = () => {};
  socket.on("message", (data: RawData, isBinary: boolean) => {
    const bytes = toBuffer(data);
    entry.arrived("message", isBinary ? bytes.length : bytes.toString());
    reply(socket, bytes, isBinary);
  });
  socket.on("ping", (data) => entry.arrived("ping", data.toString()));
  socket.on("pong", (data) => {
    heartbeat.isAnswered = true;
    entry.arrived("pong", data.toString());
  });
  // A protocol error of the client; `close` follows.
  socket.on("error", () => {});
  socket.on("close", (closeCode, reason) => {
    clearInterval(heartbeat.timer);
    streams.delete(socket);
    entry.ended(closeCode, reason.toString());
  });
}

interface Heartbeat {
  isAnswered: boolean;
  timer?: ReturnType<typeof setInterval>;
}

function startHeartbeat(socket: WebSocket): Heartbeat {
  const heartbeat: Heartbeat = { isAnswered: true };
  if (!options.pingInterval) return heartbeat;
  heartbeat.timer = setInterval(() => {
    if (!heartbeat.isAnswered) return socket.terminate();
    heartbeat.isAnswered = false;
    socket.ping();
  }, options.pingInterval);
  return heartbeat;
}

function reply(socket: WebSocket, bytes: Buffer, isBinary: boolean): void {
  const request = isBinary ? undefined : parseInBand(bytes.toString());
  if (request?.type === "close") {
    socket.close(request.closeCode, request.reason);
  } else socket.send(bytes, { binary: isBinary });
}

function flatten(request: IncomingMessage): Record<string, string> {
  const fields = Object.entries(request.headers);
  return Object.fromEntries(fields.map(([name, value]) => [name, `${value}`]));
}

/** `ws` hands out a `Buffer`, as its `binaryType` has not been changed. */
function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  throw new TypeError("Cannot read a message that is no Buffer");
}
