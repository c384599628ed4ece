import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  ConnectError,
  ConnectionLostError,
  DisconnectEvent,
  HandshakeError,
  OpenTimeoutError,
  ReconnectError,
  ReconnectingWebSocket,
  WorkerWebSocket,
} from "@holdfast/websocket";
import { SETTINGS } from "./matrix.ts";
import { findUnusedPort } from "../servers/tcp/unused_port.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { failure, next, record, within } from "../waiting.ts";

const FAST = {
  strategy: "exponential",
  initialDelay: 1,
  maxDelay: 10,
} as const;

for (const { name, options } of SETTINGS) {
  Deno.test(`ReconnectingWebSocket() says that a connection is refused, and tries again (${name})`, async () => {
    const url = `ws://127.0.0.1:${findUnusedPort()}`;
    await using socket = new ReconnectingWebSocket(url, [], {
      ...options,
      backoff: FAST,
    });
    const attempts: number[] = [];
    const twice = Promise.withResolvers<void>();
    // The second may come in the same post.
    socket.addEventListener("disconnect", ({ attempt }) => {
      if (attempts.push(attempt) === 2) twice.resolve();
    });
    const { error, closeCode } = await next(socket, "disconnect");
    assertInstanceOf(error, ConnectError, String(error));
    const isKnown = options.transport !== "native";
    assertEquals(error.kind, isKnown ? "refused" : "unknown");
    assertEquals(error.retryable, true);
    assertEquals(closeCode, 1006);
    await within(twice.promise);
    assertEquals(attempts.slice(0, 2), [1, 2]);
  });

  for (const status of [401, 404, 503]) {
    Deno.test(`ReconnectingWebSocket() tells the HTTP status ${status} (${name})`, async () => {
      const headers = { "Retry-After": "1" };
      await using server = await startWsServer({
        handshake: { type: "refuse", status, headers, body: "No" },
      });
      await using socket = new ReconnectingWebSocket(server.url, [], {
        ...options,
        backoff: FAST,
      });
      const ended = status === 503
        ? next(socket, "disconnect")
        : next(socket, "close");
      const { error } = await next(socket, "error");
      assertInstanceOf(error, HandshakeError, String(error));
      assertEquals(error.status, status);
      assertEquals(error.retryable, status === 503);
      if (options.transport !== "native") {
        assertEquals(error.headers["retry-after"], "1");
      }
      const end = await ended;
      if (!(end instanceof DisconnectEvent)) {
        assertEquals(end.why, "fatal");
        assertEquals(await failure(socket.closed), error);
        return;
      }
      assert(options.transport === "native" || end.delay >= 1_000);
      await server.configure({ handshake: { type: "accept" } });
      await within(socket.opened);
    });
  }

  Deno.test(`ReconnectingWebSocket() gives a handshake that is never answered openTimeout (${name})`, async () => {
    await using server = await startWsServer({
      handshake: { type: "silence" },
    });
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      // The second attempt is answered, and must not be too slow for it.
      openTimeout: 1_000,
      backoff: FAST,
    });
    const { error } = await next(socket, "error");
    assertInstanceOf(error, OpenTimeoutError, String(error));
    await server.configure({ handshake: { type: "accept" } });
    await within(socket.opened);
    assertEquals((await server.until(({ open }) => open === 1)).opened, 1);
  });

  Deno.test(`ReconnectingWebSocket() tries again when the handshake is dropped (${name})`, async () => {
    await using server = await startWsServer({ handshake: { type: "drop" } });
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      backoff: FAST,
    });
    const { error } = await next(socket, "error");
    assert(
      error instanceof ConnectError || error instanceof ConnectionLostError,
    );
    await server.configure({ handshake: { type: "accept" } });
    await within(socket.opened);
  });

  Deno.test(`ReconnectingWebSocket() ends once when its attempts are spent (${name})`, async () => {
    const port = findUnusedPort();
    const url = `ws://127.0.0.1:${port}`;
    const socket = new ReconnectingWebSocket(url, [], {
      ...options,
      backoff: { ...FAST, maxAttempts: 3 },
    });
    const log = record(socket);
    const error = await failure(socket.closed);
    assertInstanceOf(error, ReconnectError, String(error));
    assertEquals(error.attempts, 3);
    assertInstanceOf(error.cause, ConnectError);
    // A new socket may well succeed.
    assertEquals(error.retryable, true);
    assertEquals(await failure(socket.opened), error);
    assertEquals(log, [
      "error 0",
      "disconnect 0",
      "error 0",
      "disconnect 0",
      "error 3",
      "close 3",
    ]);
    assertEquals(socket.status.kind, "closed");
    await using _server = await startWsServer({ port });
    await using successor = new ReconnectingWebSocket(url, [], options);
    await within(successor.opened);
  });

  Deno.test(`WorkerWebSocket() fires error, then close, when it is refused (${name})`, async () => {
    await using server = await startWsServer({
      handshake: { type: "refuse", status: 401 },
    });
    const refused = `ws://127.0.0.1:${findUnusedPort()}`;
    for (const url of [server.url, refused]) {
      const socket = new WorkerWebSocket(url, [], options);
      const log: string[] = [];
      for (const type of ["open", "error", "close"] as const) {
        socket.addEventListener(
          type,
          () => log.push(`${type} ${socket.readyState}`),
        );
      }
      const { code, reason, wasClean } = await next(socket, "close");
      assertEquals([code, reason, wasClean], [1006, "", false]);
      assertEquals(log, ["error 3", "close 3"]);
    }
    assertEquals((await server.report()).attempts, 1);
  });
}
