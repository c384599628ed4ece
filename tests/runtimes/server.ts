/**
 * The server that the common suite talks to, in a process of its own. It prints
 * its URL, and ends with its standard input.
 *
 * The path says how it behaves, and `id` in the query what belongs together.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";

/** What one visitor has done, by the instant in milliseconds. */
interface Visit {
  /** When a frame came. */
  readonly heard: number[];
  /** When each of its connections was made. */
  readonly connectedAt: number[];
  /** How much text and binary data came, in bytes. */
  received: number;
  /** The close frames that came. */
  readonly closes: (readonly [closeCode: number, reason: string])[];
}

const visits = new Map<string, Visit>();
const sockets = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered) =>
    offered.has("chat.v2") ? "chat.v2" : offered.values().next().value ?? false,
});

/** A port where nobody listens; browsers refuse those below 1024 in other ways. */
const unused = await new Promise<number>((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    server.close(() => resolve(port ?? 0));
  });
});

const server = createServer((request, response) => {
  response.setHeader("access-control-allow-origin", "*");
  const url = urlOf(request);
  const answer = url.pathname === "/unused" ? unused : seen(visitOf(url));
  response.end(JSON.stringify(answer));
});
server.on("upgrade", onUpgrade);
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") console.log(`127.0.0.1:${address?.port}`);
});
process.stdin.on("end", () => process.exit());
process.stdin.resume();

/** What the server reports of a visit. */
function seen(visit: Visit) {
  return { ...visit, now: performance.now() };
}

function onUpgrade(
  request: IncomingMessage,
  stream: Duplex,
  head: Uint8Array,
): void {
  stream.on("error", () => {});
  const url = urlOf(request);
  const [, kind, detail = ""] = url.pathname.split("/");
  const visit = visitOf(url);
  visit.connectedAt.push(performance.now());
  if (kind === "silence") return;
  if (kind === "refuse") {
    stream.end(
      `HTTP/1.1 ${detail} Refused\r\nRetry-After: 7\r\nX-Why: test\r\n` +
        `Content-Length: 4\r\nConnection: close\r\n\r\nbusy`,
    );
    return;
  }
  sockets.handleUpgrade(request, stream, head as never, (socket) => {
    count(socket, stream, visit);
    behave(socket, stream, { request, kind, detail, visit });
  });
}

function count(socket: WebSocket, stream: Duplex, visit: Visit): void {
  stream.on("data", () => visit.heard.push(performance.now()));
  socket.on("message", (data) => visit.received += sizeOf(data));
  socket.on("error", () => {});
  socket.on("close", (code, reason) => {
    visit.closes.push([code, reason.toString()]);
  });
}

function behave(
  socket: WebSocket,
  stream: Duplex,
  { request, kind, detail, visit }: {
    readonly request: IncomingMessage;
    readonly kind: string | undefined;
    readonly detail: string;
    readonly visit: Visit;
  },
): void {
  const isFirst = visit.connectedAt.length === 1;
  const echo = () => {
    socket.on("message", (data, isBinary) => {
      const text = isBinary ? "" : String(data);
      if (text === "ping") socket.send("pong");
      else socket.send(data, { binary: isBinary });
    });
  };
  switch (kind) {
    case "headers":
      socket.send(JSON.stringify(request.headers));
      return echo();
    case "drop":
      if (!isFirst) return echo();
      // Firefox loses the `open` of a connection that ends before it has reported it.
      if (detail === "asked") socket.once("message", () => stream.destroy());
      else setTimeout(() => stream.destroy(), Number(detail));
      return;
    case "close":
      if (!isFirst) return echo();
      socket.close(Number(detail), "as asked");
      return;
    case "mute":
      // Nothing is read any more, not even a ping.
      if (!isFirst) return echo();
      stream.pause();
      return;
    case "flood":
      for (let n = 1; n <= Number(detail); n++) socket.send(`${n}`);
      return;
    case "bytes":
      socket.send(new Uint8Array(Number(detail)).fill(7));
      return;
    case "greet":
      socket.on("message", (data) => {
        socket.send(String(data) === "hello" ? "welcome" : `said ${data}`);
      });
      return;
    case "ticks": {
      let n = 0;
      const timer = setInterval(() => socket.send(`${++n}`), 20);
      socket.on("close", () => clearInterval(timer));
      return;
    }
    default:
      echo();
  }
}

function sizeOf(data: RawData): number {
  return "byteLength" in data ? data.byteLength : 0;
}

function urlOf({ url = "/" }: IncomingMessage): URL {
  return new URL(url, "http://localhost");
}

function visitOf(url: URL): Visit {
  const id = url.searchParams.get("id") ?? "";
  let visit = visits.get(id);
  if (visit === undefined) {
    visit = { heard: [], connectedAt: [], received: 0, closes: [] };
    visits.set(id, visit);
  }
  return visit;
}
