/**
 * The program behind `startDenoServer`.
 *
 * @module
 */

import { ConnectionLog, type Opening } from "./connection_log.ts";
import type { DenoServerCommand, DenoServerOptions } from "./deno_server.ts";
import { RemoteHost } from "../remote/remote_host.ts";
import { parseInBand } from "./server_command.ts";
import type { ServerReport } from "./server_report.ts";

const host = new RemoteHost<DenoServerCommand, ServerReport>(obey);
const log = new ConnectionLog(() => host.noticeChange());
/** Each from its upgrade on, with a promise that it has opened or failed. */
const sockets = new Map<WebSocket, Promise<void>>();
let options: DenoServerOptions = {};
let port = 0;
let killer = new AbortController();
let server: Deno.HttpServer | undefined;

async function obey(command: DenoServerCommand): Promise<ServerReport> {
  await perform(command);
  return log.report(port, command.type === "history" ? "all" : "none");
}

async function perform(command: DenoServerCommand): Promise<void> {
  switch (command.type) {
    case "start":
      options = command.options;
      port = options.port ?? 0;
      listen();
      return;
    case "report":
    case "history":
      return;
    case "send":
      await settled();
      for (const socket of sockets.keys()) socket.send(command.text);
      return;
    case "close":
      await closeAll(command.closeCode, command.reason);
      return;
    case "drop":
      await kill();
      listen();
      return;
    case "kill":
      await kill();
      return;
    case "stop":
      await closeAll(1001, "Going away");
      await server?.shutdown();
      return;
    case "restart":
      listen();
      return;
  }
}

function listen(): void {
  killer = new AbortController();
  server = Deno.serve({
    hostname: options.hostname ?? "127.0.0.1",
    port,
    signal: killer.signal,
    onListen: (address) => port = address.port,
  }, accept);
}

/** Aborting `Deno.serve` drops its upgraded connections without a close frame. */
async function kill(): Promise<void> {
  killer.abort();
  await server?.finished;
  // What was not open yet may never say so.
  sockets.clear();
}

/** A client may be open before this side has noticed. */
async function settled(): Promise<void> {
  await Promise.all(sockets.values());
}

async function closeAll(closeCode: number, reason: string): Promise<void> {
  await settled();
  for (const socket of sockets.keys()) socket.close(closeCode, reason);
}

function accept(request: Request): Response {
  log.attempted();
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("A WebSocket server", { status: 426 });
  }
  // Read now: once it is upgraded, Deno says "Request closed".
  const { pathname, search } = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  const protocol = selectProtocol(request) ?? "";
  const { socket, response } = Deno.upgradeWebSocket(request, {
    ...(protocol !== "" && { protocol }),
    ...(options.idleTimeout !== undefined &&
      { idleTimeout: options.idleTimeout }),
  });
  serve(socket, { target: pathname + search, headers, protocol });
  return response;
}

function selectProtocol(request: Request): string | undefined {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  return offered.split(/ *, */).find((name) =>
    options.protocols?.includes(name)
  );
}

function serve(socket: WebSocket, opening: Opening): void {
  socket.binaryType = "arraybuffer";
  const { promise, resolve } = Promise.withResolvers<void>();
  sockets.set(socket, promise);
  const forget = () => {
    sockets.delete(socket);
    resolve();
  };
  // Deno tells no end of what has not opened.
  socket.onerror = forget;
  socket.onopen = () => {
    const entry = log.opened(opening);
    resolve();
    socket.onmessage = ({ data }) => {
      entry.arrived(
        "message",
        typeof data === "string" ? data : data.byteLength,
      );
      reply(socket, data);
    };
    socket.onclose = ({ code, reason }) => {
      forget();
      entry.ended(code, reason);
    };
  };
}

function reply(socket: WebSocket, data: string | ArrayBuffer): void {
  const request = typeof data === "string" ? parseInBand(data) : undefined;
  if (request?.type === "close") {
    socket.close(request.closeCode, request.reason);
  } else {
    socket.send(data);
  }
}
