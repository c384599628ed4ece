/**
 * An echo server with faults on demand. It uses the npm package `ws`, which unlike
 * `Deno.serve` can cut a connection without a close frame.
 *
 * @module
 */

import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { WebSocketServer } from "ws";
import type { Clock } from "../../platform/clock.ts";
import type { SessionServer, WsSocket } from "../../server/mod.ts";
import { acceptSession, chooseProtocol, sessionEcho } from "./session_echo.ts";

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** How the server behaves; durations are in milliseconds. */
export interface EchoServerOptions {
  readonly hostname: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Cuts a connection after so long without data. */
  readonly idleTimeout: number;
  /** Cuts all connections at this interval. */
  readonly dropEvery: number;
  /** The bearer token that a client must send, or have as `?token=`. */
  readonly token: string | undefined;
  readonly certificate: Certificate | undefined;
  /** Whether clients that ask for a session get one. */
  readonly sessions: "none" | "memory";
  readonly clock: Clock;
  /** Called with a line for each thing that happens. */
  note(text: string): void;
}

/** A server that listens, until it is disposed of. */
export interface EchoServer extends AsyncDisposable {
  readonly url: string;
}

/** The part of a connection of `ws` that is used here. */
interface Client extends WsSocket {
  on(
    event: "message",
    listener: (data: Uint8Array, isBinary: boolean) => void,
  ): void;
  on(event: "ping" | "pong", listener: () => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "close", listener: (closeCode: number) => void): void;
  send(data: Uint8Array | string): void;
  send(data: Uint8Array, options: { readonly binary: boolean }): void;
  close(closeCode?: number, reason?: string): void;
}

interface Server {
  readonly clients: ReadonlySet<Client>;
  on(
    event: "connection",
    listener: (client: Client, request: IncomingMessage) => void,
  ): void;
  on(event: "error", listener: (error: Error) => void): void;
  close(): void;
}

type Verdict = (
  accepted: boolean,
  status?: number,
  message?: string,
  headers?: Readonly<Record<string, string>>,
) => void;

/** Starts a server; rejects if it cannot listen. */
export async function startEchoServer(
  options: EchoServerOptions,
): Promise<EchoServer> {
  const { hostname, certificate } = options;
  const http = certificate === undefined
    ? createServer()
    : createTlsServer({ ...certificate });
  http.on("request", (_request, response) => {
    response.writeHead(426, { Connection: "Upgrade", Upgrade: "websocket" });
    response.end("This is a WebSocket server\n");
  });
  const sessions = options.sessions === "none"
    ? undefined
    : sessionEcho(options);
  const sockets: Server = new WebSocketServer({
    server: http,
    ...sessions && {
      handleProtocols: (protocols: ReadonlySet<string>) =>
        chooseProtocol(sessions, protocols),
    },
    verifyClient: (
      { req }: { readonly req: IncomingMessage },
      verdict: Verdict,
    ) => judge(req, options, verdict),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // `ws` repeats the errors of the HTTP server, and throws without a listener.
  sockets.on("error", reject);
  http.listen(options.port, hostname, resolve);
  await promise;
  const stopDropping = serveAll(sockets, options, sessions);
  const address = http.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const place = placeOf({ hostname, port: port ?? options.port });
  const scheme = certificate === undefined ? "ws" : "wss";
  return {
    url: `${scheme}://${place}`,
    [Symbol.asyncDispose]: async () => {
      stopDropping();
      const ended = sessions?.close();
      for (const client of sockets.clients) client.close(1001, "Going away");
      sockets.close();
      const closed = new Promise((resolve) => http.close(resolve));
      const late = Promise.withResolvers<void>();
      const cancel = options.clock.after(LINGER, () => {
        cut(sockets);
        http.closeAllConnections();
        // `close()` waits for failed TLS handshakes too, and those cannot be cut.
        late.resolve();
      });
      await Promise.race([closed, late.promise]);
      cancel();
      await ended;
    },
  };
}

/** Host and port as a URL has them: an IPv6 address is in brackets. */
export function placeOf(
  { hostname, port }: Pick<EchoServerOptions, "hostname" | "port">,
): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `${host}:${port}`;
}

/** How long clients may take to answer a close frame, in milliseconds. */
const LINGER = 500;

function judge(
  { headers, url }: IncomingMessage,
  { token, note }: EchoServerOptions,
  verdict: Verdict,
): void {
  const query = URL.parse(url ?? "", "ws://server")?.searchParams.get("token");
  const accepted = token === undefined || query === token ||
    headers.authorization === `Bearer ${token}`;
  if (accepted) return verdict(true);
  note("refused a client without the token");
  verdict(false, 401, "Unauthorized", { "WWW-Authenticate": "Bearer" });
}

/** Returns a function that stops the regular cuts. */
function serveAll(
  sockets: Server,
  options: EchoServerOptions,
  sessions: SessionServer | undefined,
): () => void {
  const { clock, dropEvery, note } = options;
  let count = 0;
  let cancel = () => {};
  sockets.on("connection", (client, request) => {
    const keepsAlive = serveOne(client, ++count, options);
    if (sessions !== undefined && acceptSession(sessions, client, request)) {
      client.on("message", keepsAlive);
    } else {
      echo(client, keepsAlive);
    }
  });
  const drop = () => {
    if (sockets.clients.size > 0) note(`dropping ${sockets.clients.size}`);
    cut(sockets);
    cancel = clock.after(dropEvery, drop);
  };
  if (dropEvery < Infinity) cancel = clock.after(dropEvery, drop);
  return () => cancel();
}

/** Returns what is to be called when data comes. */
function serveOne(
  client: Client,
  id: number,
  { clock, idleTimeout, note }: EchoServerOptions,
): () => void {
  let cancel = () => {};
  const alive = () => {
    cancel();
    if (idleTimeout < Infinity) cancel = clock.after(idleTimeout, tooIdle);
  };
  const tooIdle = () => {
    note(`#${id} idle for too long`);
    client.terminate();
  };
  note(`#${id} connected`);
  alive();
  client.on("ping", alive);
  client.on("pong", alive);
  client.on("error", (error) => note(`#${id} ${error.message}`));
  client.on("close", (closeCode) => {
    cancel();
    note(`#${id} closed with ${closeCode}`);
  });
  return alive;
}

function echo(client: Client, keepsAlive: () => void): void {
  client.on("message", (data, binary) => {
    keepsAlive();
    client.send(data, { binary });
  });
}

function cut({ clients }: Server): void {
  for (const client of clients) client.terminate();
}
