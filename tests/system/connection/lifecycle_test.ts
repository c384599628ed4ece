import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  OpenTimeoutError,
  ProviderError,
  ReconnectingWebSocket,
} from "@holdfast/websocket";
import { SETTINGS } from "./matrix.ts";
import { startTcpServer } from "../servers/tcp/tcp_server.ts";
import { findUnusedPort } from "../servers/tcp/unused_port.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { next, nextMessage, pull, record, within } from "../waiting.ts";

const FAST = {
  strategy: "exponential",
  initialDelay: 1,
  maxDelay: 10,
} as const;
const NEVER = {
  strategy: "exponential",
  initialDelay: 1_000_000,
  maxDelay: Infinity,
} as const;
const HEARTBEAT = {
  interval: 20,
  timeout: 2_000,
  message: "ping",
  expect: "ping",
} as const;
const LISTENED = [
  "open",
  "message",
  "disconnect",
  "error",
  "heartbeat",
  "statuschange",
] as const;

for (const { name, options } of SETTINGS) {
  Deno.test(`reconnect() in backoff is immediate, and twice makes one socket (${name})`, async () => {
    const port = findUnusedPort();
    await using socket = new ReconnectingWebSocket(
      `ws://127.0.0.1:${port}`,
      [],
      { ...options, backoff: NEVER },
    );
    await next(socket, "disconnect");
    assertEquals(socket.status.kind, "waiting");
    await using server = await startWsServer({ port });
    socket.reconnect();
    socket.reconnect();
    await within(socket.opened);
    const { open } = await server.until(({ open }) => open === 1);
    assertEquals(open, 1);
    assertEquals(socket.metrics().opens, 1);
  });

  Deno.test(`reconnect() while connecting leaves one connection as the server sees it (${name})`, async () => {
    await using server = await startWsServer({
      handshake: { type: "silence" },
    });
    await using socket = new ReconnectingWebSocket(server.url, [], options);
    const log = record(socket);
    await server.until(({ attempts }) => attempts === 1);
    await server.configure({ handshake: { type: "accept" } });
    socket.reconnect();
    await within(socket.opened);
    socket.send("echo");
    await nextMessage(socket, (data) => data === "echo");
    const { opened, open } = await server.report();
    assertEquals([opened, open], [1, 1]);
    assertEquals(log.filter((entry) => entry === "open 1").length, 1);
  });

  Deno.test(`reconnect() does not wait for the old socket's close (${name})`, async () => {
    await using server = await startWsServer({ closing: "ignore" });
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      closeTimeout: 3_000,
    });
    await within(socket.opened);
    const lost = next(socket, "disconnect");
    const back = next(socket, "open");
    const startedAt = performance.now();
    socket.send("before");
    socket.reconnect("Elsewhere");
    socket.send("after");
    const { wasClean, error } = await lost;
    assertEquals([wasClean, error], [true, undefined]);
    await back;
    assert(performance.now() - startedAt < 3_000);
    assertEquals(await pull(socket, 1), ["after"]);
    const [first, second] = await server.history();
    assertEquals(first?.history.map(({ data }) => data), ["before"]);
    assertEquals(second?.history.map(({ data }) => data), ["after"]);
    // Neither end is answered, and neither is waited for.
    socket.close();
    await server.drop();
    await within(socket.closed);
    await server.until(({ open }) => open === 0);
  });

  Deno.test(`reconnect() starts an idle socket (${name})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      autoConnect: false,
    });
    assertEquals(socket.status.kind, "idle");
    socket.send("queued");
    socket.reconnect();
    assertEquals(await pull(socket, 1), ["queued"]);
    assertEquals((await server.report()).attempts, 1);
  });

  Deno.test(`reconnect() makes a late open of the abandoned attempt come to nothing (${name})`, async () => {
    const mayAnswer = Promise.withResolvers<void>();
    const hasCome = Promise.withResolvers<void>();
    await using server = await startTcpServer(async (peer) => {
      hasCome.resolve();
      if (peer === server.peers[0]) await mayAnswer.promise;
      await peer.accept();
    });
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      closeTimeout: 100,
    });
    let opens = 0;
    socket.addEventListener("open", () => opens += 1);
    await within(hasCome.promise);
    socket.reconnect();
    await within(socket.opened);
    mayAnswer.resolve();
    await within(server.peers[0]?.ended ?? Promise.resolve());
    assertEquals(opens, 1);
    assertEquals(socket.readyState, socket.OPEN);
  });

  Deno.test(`ReconnectingWebSocket() may be closed and made anew in every listener (${name})`, async () => {
    await using server = await startWsServer();
    for (const type of LISTENED) {
      const socket = new ReconnectingWebSocket(server.url, [], {
        ...options,
        backoff: FAST,
        heartbeat: HEARTBEAT,
      });
      const successor = Promise.withResolvers<ReconnectingWebSocket>();
      socket.addEventListener("open", () => {
        socket.send("hello");
        if (type === "disconnect" || type === "error") server.drop();
      });
      socket.addEventListener(type, () => {
        socket.close();
        successor.resolve(
          new ReconnectingWebSocket(server.url, [], options),
        );
      }, { once: true });
      await within(socket.closed);
      await using made = await within(successor.promise);
      await within(made.opened);
    }
    await server.until(({ open }) => open === 0);
  });

  Deno.test(`ReconnectingWebSocket() may be reconnected in every listener (${name})`, async () => {
    await using server = await startWsServer();
    for (const type of LISTENED) {
      await using socket = new ReconnectingWebSocket(server.url, [], {
        ...options,
        backoff: NEVER,
        heartbeat: HEARTBEAT,
      });
      await within(socket.opened);
      socket.addEventListener(type, () => socket.reconnect(), { once: true });
      const back = next(socket, "open");
      if (type === "disconnect" || type === "error") await server.drop();
      else if (type !== "heartbeat") {
        socket.addEventListener("message", () => {});
        socket.send("hello");
        if (type !== "message") socket.reconnect();
      }
      await back;
    }
  });

  Deno.test(`ReconnectingWebSocket() sends what was queued before what is sent in an open listener (${name})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], options);
    socket.addEventListener("open", () => socket.send("last"));
    for (const text of ["1", "2", "3"]) socket.send(text);
    assertEquals(await pull(socket, 4), ["1", "2", "3", "last"]);
  });

  Deno.test(`ReconnectingWebSocket() asks its provider before each attempt, and survives one that throws, rejects or gives no URL (${name})`, async () => {
    await using server = await startWsServer();
    const answers = [
      () => {
        throw new Error("Thrown");
      },
      () => Promise.reject(new Error("Rejected")),
      () => "not a url",
      () => `${server.url}/first`,
      () => new URL(`${server.url}/second`),
    ];
    await using socket = new ReconnectingWebSocket(
      () => answers.shift()?.() ?? server.url,
      [],
      { ...options, backoff: FAST },
    );
    for (const expected of ["Thrown", "Rejected", "not"]) {
      const { error } = await next(socket, "disconnect");
      assertInstanceOf(error, ProviderError, String(error));
      assert(error.message.includes(expected), error.message);
    }
    await within(socket.opened);
    const back = next(socket, "open");
    await server.drop();
    await back;
    const { connections } = await server.report();
    assertEquals(connections.map(({ target }) => target), [
      "/first",
      "/second",
    ]);
  });

  Deno.test(`ReconnectingWebSocket() gives a provider that never settles openTimeout (${name})`, async () => {
    await using server = await startWsServer();
    const asked: PromiseWithResolvers<string>[] = [];
    await using socket = new ReconnectingWebSocket(
      () => {
        asked.push(Promise.withResolvers());
        return asked.length === 1 ? asked[0]!.promise : server.url;
      },
      [],
      // The second attempt must not be too slow for it.
      { ...options, openTimeout: 1_000, backoff: FAST },
    );
    const { error } = await next(socket, "disconnect");
    assertInstanceOf(error, OpenTimeoutError, String(error));
    await within(socket.opened);
    asked[0]?.resolve(`${server.url}/late`);
    socket.send("echo");
    await nextMessage(socket, (data) => data === "echo");
    assertEquals((await server.report()).attempts, 1);
  });

  Deno.test(`ReconnectingWebSocket() discards a provider's answer after close() (${name})`, async () => {
    await using server = await startWsServer();
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    const socket = new ReconnectingWebSocket(
      () => {
        asked.resolve();
        return answer.promise;
      },
      [],
      options,
    );
    await within(asked.promise);
    socket.close();
    answer.resolve(server.url);
    await within(socket.closed);
    await using successor = new ReconnectingWebSocket(server.url, [], options);
    await within(successor.opened);
    assertEquals((await server.report()).attempts, 1);
  });

  Deno.test(`ReconnectingWebSocket() is not resurrected by online or visibility events (${name})`, async () => {
    await using server = await startWsServer();
    const socket = new ReconnectingWebSocket(server.url, [], options);
    // It keeps the worker, so that one could be notified.
    await using keeper = new ReconnectingWebSocket(server.url, [], {
      ...options,
      heartbeat: { message: "ping", expect: "ping" },
    });
    await Promise.all([within(socket.opened), within(keeper.opened)]);
    socket.close();
    await within(socket.closed);
    const log = record(socket);
    globalThis.dispatchEvent(new Event("offline"));
    globalThis.dispatchEvent(new Event("online"));
    globalThis.dispatchEvent(new Event("visibilitychange"));
    await next(keeper, "heartbeat");
    assertEquals(log, []);
    assertEquals((await server.report()).attempts, 2);
  });

  Deno.test(`ReconnectingWebSocket() waits while offline, and connects at once when it is online (${name})`, async () => {
    // Not of this machine, about which "offline" says nothing; refused at once.
    let url = "ws://255.255.255.255:1";
    await using socket = new ReconnectingWebSocket(() => url, [], {
      ...options,
      backoff: NEVER,
    });
    await next(socket, "disconnect");
    globalThis.dispatchEvent(new Event("offline"));
    await next(socket, "statuschange");
    assertEquals(socket.status.retryAt, Infinity);
    await using server = await startWsServer();
    ({ url } = server);
    globalThis.dispatchEvent(new Event("online"));
    await within(socket.opened);
  });

  Deno.test(`ReconnectingWebSocket() leaves other sockets alone when a listener throws (${name})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], options);
    const reported: unknown[] = [];
    const onError = (event: ErrorEvent) => {
      event.preventDefault();
      reported.push(event.error.message);
    };
    globalThis.addEventListener("error", onError);
    socket.addEventListener("open", () => {
      throw new Error("In open");
    });
    socket.addEventListener("message", ({ data }) => {
      if (data === "1") throw new Error("In message");
    });
    const arrived = nextMessage(socket, (data) => data === "2");
    socket.send("1");
    socket.send("2");
    await arrived;
    globalThis.removeEventListener("error", onError);
    assertEquals(reported, ["In open", "In message"]);
  });
}
