import { assertEquals, assertGreater } from "@std/assert";
import type { WebSocket as ServerSocket } from "ws";
import { WebSocketServer } from "ws";
import { ReconnectingWebSocket, WorkerWebSocket } from "@holdfast/websocket";
import { until } from "../waiting.ts";

/** More than the system holds of a connection that nobody reads. */
const MESSAGES = 2_048;
const SIZE = 16 * 1024;
const TOTAL = MESSAGES * SIZE;
/** So many looks without a change are a standstill, also on a busy machine. */
const STANDSTILL = 250;

const MAKERS = {
  ReconnectingWebSocket: (url: string) =>
    new ReconnectingWebSocket(url, [], {
      transport: "tcp",
      outbox: { maxMessages: Infinity, maxBytes: Infinity },
      heartbeat: false,
    }),
  WorkerWebSocket: (url: string) =>
    new WorkerWebSocket(url, [], { transport: "tcp" }),
};

for (const [name, make] of Object.entries(MAKERS)) {
  Deno.test(`${name}.bufferedAmount stays while the peer reads nothing, and falls to 0 once it reads`, async () => {
    await using server = await startSilentServer();
    const socket = make(server.url);
    const peer = await server.peer;
    await event(socket, "open");
    const filled = fill(socket);
    assertEquals(socket.bufferedAmount, TOTAL);
    const unwritten = await filled;
    assertGreater(unwritten, 0);
    assertEquals(unwritten % SIZE, 0);
    peer.resume();
    await server.received(MESSAGES);
    while (socket.bufferedAmount > 0) await turn();
    socket.close();
    await event(socket, "close");
    assertEquals(socket.bufferedAmount, 0);
  });
}

Deno.test("WorkerWebSocket.bufferedAmount keeps what is not written when the connection is lost", async () => {
  await using server = await startSilentServer();
  const socket = MAKERS.WorkerWebSocket(server.url);
  const peer = await server.peer;
  await event(socket, "open");
  const unwritten = await fill(socket);
  peer.terminate();
  await event(socket, "close");
  assertEquals(socket.bufferedAmount, unwritten);
});

Deno.test("ReconnectingWebSocket reports by drop what the system has not taken of a lost connection", async () => {
  await using server = await startSilentServer();
  const socket = MAKERS.ReconnectingWebSocket(server.url);
  const peer = await server.peer;
  await event(socket, "open");
  const dropped = countDropped(socket);
  const closed = event(socket, "close");
  const unwritten = await fill(socket);
  await server.stop();
  peer.terminate();
  await event(socket, "disconnect");
  socket.close();
  await closed;
  assertEquals(dropped.bytes, unwritten);
});

Deno.test("ReconnectingWebSocket.close() reports by drop what the system has not taken when its time is over", async () => {
  await using server = await startSilentServer();
  const socket = new ReconnectingWebSocket(server.url, [], {
    transport: "tcp",
    outbox: { maxMessages: Infinity, maxBytes: Infinity },
    heartbeat: false,
    closeTimeout: 100,
  });
  await event(socket, "open");
  const dropped = countDropped(socket);
  const closed = event(socket, "close");
  const unwritten = await fill(socket);
  socket.close();
  await closed;
  assertEquals(dropped.bytes, unwritten);
});

/** A server that reads nothing of a connection before `resume()`. */
async function startSilentServer() {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  const peer = Promise.withResolvers<ServerSocket>();
  const received = Promise.withResolvers<void>();
  let count = 0;
  let wanted = Infinity;
  server.on("connection", (socket) => {
    socket.pause();
    socket.on("error", () => {});
    socket.on("message", () => {
      count += 1;
      if (count === wanted) received.resolve();
    });
    peer.resolve(socket);
  });
  await new Promise<void>((resolve) => server.on("listening", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const stopped = Promise.withResolvers<void>();
  const stop = () => {
    server.close(() => stopped.resolve());
    // New connections are refused from now on.
    return Promise.resolve();
  };
  return {
    url: `ws://127.0.0.1:${port}`,
    peer: peer.promise,
    stop,
    received(messages: number): Promise<void> {
      wanted = messages;
      if (count === wanted) received.resolve();
      return received.promise;
    },
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await stop();
      await stopped.promise;
    },
  };
}

/** Sends all messages at once; resolves with the bytes that the system does not take. */
async function fill(
  socket: ReconnectingWebSocket | WorkerWebSocket,
): Promise<number> {
  for (let index = 0; index < MESSAGES; index += 1) {
    socket.send(new Uint8Array(SIZE));
  }
  // Nothing has moved while the worker has not begun.
  await until(() => socket.bufferedAmount < TOTAL);
  return await standstill(() => socket.bufferedAmount);
}

function countDropped(socket: ReconnectingWebSocket) {
  const dropped = { bytes: 0 };
  socket.addEventListener("drop", ({ bytes }) => dropped.bytes += bytes);
  return dropped;
}

/** Waits until a value does not change any more. */
async function standstill(look: () => number): Promise<number> {
  let value = look();
  for (let same = 0; same < STANDSTILL;) {
    await turn();
    const now = look();
    same = now === value ? same + 1 : 0;
    value = now;
  }
  return value;
}

function event(target: EventTarget, type: string): Promise<void> {
  return new Promise((resolve) =>
    target.addEventListener(type, () => resolve(), { once: true })
  );
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}
