/**
 * The servers that clients are measured with, in a process of their own. It
 * prints where they are, and ends with its standard input.
 *
 * @module
 */

import { WebSocketServer } from "ws";
import { encodeFrame, packFrames } from "../system/servers/tcp/frames.ts";
import { startTcpServer } from "../system/servers/tcp/tcp_server.ts";
import type { TcpPeer } from "../system/servers/tcp/tcp_peer.ts";
import type { Place } from "./harness/scenario.ts";

const TEXT = "x".repeat(100);
const BINARY = new Uint8Array(10 * 1024).fill(1);
/** So many messages are written before looking whether the client follows. */
const BURST = 256;
const WAITING_BYTES = 1 << 20;

const room = new Set<WebSocket>();

if (import.meta.main) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    accept,
  );
  await using packed = await startTcpServer(play);
  const pinged = await startPinged();
  const place: Place = {
    url: `ws://127.0.0.1:${server.addr.port}`,
    packed: packed.url,
    pinged,
  };
  await write(`${JSON.stringify(place)}\n`);
  await Array.fromAsync(Deno.stdin.readable);
  Deno.exit();
}

async function write(line: string): Promise<void> {
  const writer = Deno.stdout.writable.getWriter();
  await writer.write(new TextEncoder().encode(line));
}

function accept(request: Request): Response {
  const { pathname } = new URL(request.url);
  const { socket, response } = Deno.upgradeWebSocket(request);
  switch (pathname) {
    case "/echo":
      socket.onmessage = ({ data }) => socket.send(data);
      break;
    case "/text":
      socket.onmessage = ({ data }) => flood(socket, TEXT, Number(data));
      break;
    case "/binary":
      socket.onmessage = ({ data }) => flood(socket, BINARY, Number(data));
      break;
    case "/count":
      count(socket);
      break;
    case "/room":
      join(socket);
  }
  return response;
}

/** One write for each message. */
async function flood(
  socket: WebSocket,
  message: string | Uint8Array<ArrayBuffer>,
  count: number,
): Promise<void> {
  for (let sent = 0; sent < count; sent += BURST) {
    const end = Math.min(BURST, count - sent);
    for (let index = 0; index < end; index += 1) socket.send(message);
    while (socket.bufferedAmount > WAITING_BYTES) await turn();
  }
}

/** Lets everything else run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Tells when the announced number of messages has arrived. */
function count(socket: WebSocket): void {
  let left = 0;
  socket.onmessage = ({ data }) => {
    if (data.startsWith("expect ")) {
      left = Number(data.slice("expect ".length));
      return;
    }
    left -= 1;
    if (left === 0) socket.send("counted");
  };
}

function join(socket: WebSocket): void {
  socket.onopen = () => room.add(socket);
  socket.onclose = () => room.delete(socket);
  socket.onmessage = ({ data }) => {
    for (const each of room) each.send(data);
  };
}

/** Writes as many frames as it is asked for, 64 KiB at a time. */
async function play(peer: TcpPeer): Promise<void> {
  const [, kind, size] =
    /^GET \/(\w+)(?:\/(\d+))? /.exec(await peer.accept()) ??
      [];
  const frame = kind === "text"
    ? encodeFrame(TEXT)
    : encodeFrame(new Uint8Array(Number(size)), { opcode: 2 });
  for (;;) {
    const request = await peer.readFrame();
    if (request === undefined || request.opcode === 8) return peer.destroy();
    if (request.opcode !== 1) continue;
    const wanted = Number(new TextDecoder().decode(request.payload));
    for (const chunk of packFrames(frame, wanted)) await peer.write(chunk);
  }
}

/** Tells the longest time between two signs of life. */
function startPinged(): Promise<string> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", (socket) => {
    let last = performance.now();
    let gap = 0;
    const hear = () => {
      const now = performance.now();
      gap = Math.max(gap, now - last);
      last = now;
    };
    socket.on("ping", hear);
    socket.on("message", (data) => {
      if (`${data}` === "gap") socket.send(`${gap}`);
      else hear();
    });
  });
  return new Promise((resolve) => {
    server.on("listening", () => {
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      resolve(`ws://127.0.0.1:${port}`);
    });
  });
}
