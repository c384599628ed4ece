import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import {
  ConnectionClosedError,
  ReconnectingWebSocket,
  WorkerWebSocket,
} from "@holdfast/websocket";
import { ECHO_SERVERS, SETTINGS } from "./matrix.ts";
import { requires } from "../requirements.ts";
import { encodeClose, type Frame, OPCODE } from "../servers/tcp/frames.ts";
import { startTcpServer, type TcpServer } from "../servers/tcp/tcp_server.ts";
import { findUnusedPort } from "../servers/tcp/unused_port.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { failure, next, record, until, within } from "../waiting.ts";

/** No further attempt while a test runs. */
const NEVER = {
  strategy: "exponential",
  initialDelay: 60_000,
  jitter: "none",
} as const;

for (const { server, start, needs } of ECHO_SERVERS) {
  for (const { name, options } of SETTINGS) {
    Deno.test(
      `close() parts in good order with ${server} (${name})`,
      requires(...needs),
      async () => {
        await using remote = await start();
        const socket = new ReconnectingWebSocket(remote.url, [], options);
        await within(socket.opened);
        const log = record(socket);
        socket.send("last words");
        socket.close(3001, "See you");
        assertEquals(socket.readyState, socket.CLOSING);
        assertEquals(await within(socket.closed), {
          closeCode: 3001,
          reason: "See you",
          wasClean: true,
        });
        assertEquals(socket.readyState, socket.CLOSED);
        const { connections } = await remote.until(({ open }) => open === 0);
        assertEquals(connections.length, 1);
        assertEquals(connections[0]?.closeCode, 3001);
        assertEquals(connections[0]?.reason, "See you");
        assertEquals(connections[0]?.messages.count, 1);
        assertEquals(log.filter((entry) => entry !== "drop 2"), ["close 3"]);
      },
    );
  }
}

for (const { name, options } of SETTINGS) {
  Deno.test(`close() waits no longer than closeTimeout for its answer (${name})`, async () => {
    await using server = await startWsServer({ closing: "ignore" });
    const socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      closeTimeout: 150,
    });
    await within(socket.opened);
    const started = performance.now();
    socket.close();
    const { wasClean } = await within(socket.closed);
    const elapsed = performance.now() - started;
    assertEquals(wasClean, false);
    assert(elapsed >= 140 && elapsed < 2_000, `It took ${elapsed} ms`);
    // What the platform cannot end dies with its worker.
    if (options.worker === "shared" || options.transport !== "native") {
      await server.until(({ open }) => open === 0);
    } else await server.drop();
  });

  Deno.test(`close() while connecting tells no error (${name})`, async () => {
    await using server = await startWsServer({
      handshake: { type: "silence" },
    });
    const socket = new ReconnectingWebSocket(server.url, [], options);
    const log = record(socket);
    await server.until(({ attempts }) => attempts === 1);
    socket.close();
    await within(socket.closed);
    assertEquals(log, ["close 3"]);
    assertInstanceOf(await failure(socket.opened), ConnectionClosedError);
  });

  Deno.test(`close() in backoff ends it at once, and reconnect() throws (${name})`, async () => {
    const url = `ws://127.0.0.1:${findUnusedPort()}`;
    const socket = new ReconnectingWebSocket(url, [], {
      ...options,
      backoff: {
        strategy: "exponential",
        initialDelay: 1_000_000,
        maxDelay: Infinity,
      },
    });
    await next(socket, "disconnect");
    assertEquals(socket.status.kind, "waiting");
    const log = record(socket);
    socket.close();
    const { why } = await next(socket, "close");
    assertEquals([why, log], ["requested", ["close 3"]]);
    await within(socket.closed);
    assertThrows(() => socket.reconnect(), ConnectionClosedError);
    assertThrows(() => socket.send("late"), ConnectionClosedError);
    assertInstanceOf(
      await failure(socket.write("late")),
      ConnectionClosedError,
    );
    assertEquals(log, ["close 3"]);
  });

  Deno.test(`close() puts no reserved code on the wire (${name})`, async () => {
    const { server, frames } = await startFrameReader({
      closeFrame: encodeClose(),
    });
    await using _ = server;
    const socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      backoff: { maxAttempts: 1 },
    });
    for (const closeCode of [0, 999, 1001, 1005, 1006, 1015, 2999, 5000]) {
      assertThrows(
        () => socket.close(closeCode),
        DOMException,
        `${closeCode}`,
      );
    }
    assertThrows(() => socket.close(1000, "€".repeat(42)), DOMException, "123");
    const { code, wasClean } = await next(socket, "close");
    assertEquals([code, wasClean], [1005, true]);
    const [answer] = await frames;
    assertEquals(answer?.opcode, OPCODE.close);
    assert(answer?.payload.length === 0 || answer?.payload[1] === 1000 % 256);
  });

  Deno.test(`close() is followed by no ping (${name})`, async () => {
    const { server, seen, frames } = await startFrameReader();
    await using _ = server;
    const socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      heartbeat: {
        interval: 20,
        timeout: 5_000,
        ...options.transport === "native" && { message: "ping" },
      },
      closeTimeout: 300,
    });
    await within(socket.opened);
    socket.close();
    await within(socket.closed);
    // This thread reads too, and may be behind.
    await until(() => seen.some(({ opcode }) => opcode === OPCODE.close));
    for (const peer of server.peers) peer.destroy();
    const opcodes = (await frames).map(({ opcode }) => opcode);
    assertEquals(opcodes.at(-1), OPCODE.close);
    assertEquals(opcodes.filter((opcode) => opcode === OPCODE.close).length, 1);
  });

  Deno.test(`WorkerWebSocket() tells the server's code and reason (${name})`, async () => {
    await using server = await startWsServer();
    const socket = new WorkerWebSocket(server.url, [], options);
    await next(socket, "open");
    const closed = next(socket, "close");
    await server.close(4002, "Enough");
    const { code, reason, wasClean } = await closed;
    assertEquals([code, reason, wasClean], [4002, "Enough", true]);
    socket.close();
    assertEquals(socket.readyState, socket.CLOSED);
  });

  Deno.test(`WorkerWebSocket() fires error and close when closed while connecting (${name})`, async () => {
    await using server = await startWsServer({
      handshake: { type: "silence" },
    });
    const socket = new WorkerWebSocket(server.url, [], options);
    const failed = next(socket, "error");
    const closed = next(socket, "close");
    await server.until(({ attempts }) => attempts === 1);
    socket.close();
    assertEquals(socket.readyState, socket.CLOSING);
    await failed;
    const { code, wasClean } = await closed;
    assertEquals([code, wasClean], [1006, false]);
  });

  Deno.test(`[Symbol.asyncDispose]() makes no further attempt, from any state (${name})`, async () => {
    await using server = await startWsServer();
    const asked = Promise.withResolvers<void>();
    const neverAnswered = () => {
      asked.resolve();
      return new Promise<string>(() => {});
    };
    {
      await using flushing = new ReconnectingWebSocket(server.url, [], options);
      await within(flushing.opened);
      for (let index = 0; index < 1_000; index += 1) flushing.send("x");
    }
    {
      await using _asking = new ReconnectingWebSocket(
        neverAnswered,
        [],
        options,
      );
      await within(asked.promise);
    }
    {
      await using closing = new ReconnectingWebSocket(server.url, [], options);
      await within(closing.opened);
      closing.close();
      await closing[Symbol.asyncDispose]();
    }
    {
      await using losing = new ReconnectingWebSocket(server.url, [], {
        ...options,
        // A worker does not wait for what a listener says.
        backoff: options.worker === "none" ? { first: 0 } : NEVER,
      });
      await within(losing.opened);
      losing.addEventListener("disconnect", () => losing.close());
      await server.drop();
      await within(losing.closed);
    }
    const report = await server.until(({ open }) => open === 0);
    assertEquals([report.attempts, report.opened], [3, 3]);
    assertEquals(report.connections[0]?.messages.count, 1_000);
  });
}

/** A server that sends a close frame or nothing at all, and reads the frames of its only connection. */
async function startFrameReader(
  { closeFrame }: { readonly closeFrame?: Uint8Array } = {},
): Promise<{
  readonly server: TcpServer;
  /** Those that it has read so far; it grows. */
  readonly seen: readonly Frame[];
  readonly frames: Promise<readonly Frame[]>;
}> {
  const seen: Frame[] = [];
  const read = Promise.withResolvers<void>();
  const server = await startTcpServer(async (peer) => {
    await peer.accept();
    if (closeFrame) await peer.write(closeFrame);
    for (let frame; (frame = await peer.readFrame());) {
      seen.push(frame);
      if (closeFrame) peer.end();
    }
    read.resolve();
  });
  return { server, seen, frames: within(read.promise.then(() => seen)) };
}

Deno.test("close() over native ends what the server never closed, whoever else has a worker", async () => {
  await using other = await startWsServer();
  await using server = await startTcpServer(async (peer) => {
    await peer.accept();
    // It reads the close frame, and answers nothing.
    while (await peer.readFrame());
  });
  await using keeper = new ReconnectingWebSocket(other.url);
  await within(keeper.opened);
  const socket = new ReconnectingWebSocket(server.url, [], {
    transport: "native",
    closeTimeout: 100,
  });
  await within(socket.opened);
  for (let count = 0; count < 3; count += 1) {
    const opened = next(socket, "open");
    socket.reconnect();
    await opened;
  }
  socket.close();
  await within(socket.closed);
  await within(Promise.all(server.peers.map(({ ended }) => ended)));
  assertEquals(server.peers.length, 4);
  assertEquals(keeper.readyState, keeper.OPEN);
});
