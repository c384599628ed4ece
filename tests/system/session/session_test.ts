/** Sockets with a session, and real servers. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  ConnectionClosedError,
  type DropEvent,
  OutboxFullError,
  ProtocolError,
} from "@holdfast/websocket";
import { memoryStore } from "../../../lib/server/mod.ts";
import { Heard, serveDeno } from "../../server/listening.ts";
import { jwt } from "../servers/gate_server.ts";
import { startTcpProxy } from "../servers/tcp/tcp_proxy.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import {
  connect,
  echo,
  Killer,
  openings,
  portOf,
  until,
} from "./session_stage.ts";
import { assertLatency } from "../latency.ts";
import { failure, next, pull, within } from "../waiting.ts";

Deno.test("session: opens, resumes, and numbers what it carries", async () => {
  await using server = serveDeno(echo(), { protocols: ["chat"] });
  await using socket = connect(server.url);
  const opened = next(socket, "open");
  const events: unknown[] = [];
  socket.addEventListener("message", ({ data, lastEventId }) => {
    events.push([data, lastEventId]);
  });
  const { session: first } = await opened;
  assert(first?.kind === "opened");
  await socket.write("a");
  await until(socket, "message", () => events.length === 1);
  const resumed = next(socket, "open");
  socket.reconnect();
  assertEquals((await resumed).session, { kind: "resumed", id: first.id });
  socket.send("b");
  await until(socket, "message", () => events.length === 2);
  assertEquals(events, [["re a", "1"], ["re b", "2"]]);
  assertEquals(socket.status.session, "resumed");
  const { id, accepted, received, consumed } = socket.session!;
  assertEquals([id, accepted, received, consumed], [first.id, 2, 2, 2]);
});

Deno.test("session: carries binary data and Blobs as they are", async () => {
  await using server = serveDeno(
    new Heard((message) => message.reply(message.data)),
  );
  await using socket = connect(server.url);
  socket.send(new Uint8Array(1_000).fill(7));
  socket.send(new Blob([Uint8Array.of(1, 2)]));
  const [large, small] = await pull(socket, 2) as ArrayBuffer[];
  assertEquals(new Uint8Array(large!), new Uint8Array(1_000).fill(7));
  assertEquals(new Uint8Array(small!), Uint8Array.of(1, 2));
});

Deno.test("session: loses and repeats nothing when connections are cut at any byte", async () => {
  await using server = serveDeno(echo(), {
    limits: { resumes: 10_000 },
  });
  await using proxy = await startTcpProxy(portOf(server.url));
  await using socket = connect(proxy.url);
  const got: unknown[] = [];
  socket.addEventListener("message", ({ data }) => got.push(data));
  await socket.opened;
  const padding = "x".repeat(120);
  let sent = 0;
  for (let after = 0; after < 800; after += 20) {
    const direction = after % 40 === 0 ? "up" : "down";
    const lost = next(socket, "disconnect");
    await proxy.apply({ type: "cut", direction, after, with: "rst" });
    for (let count = 0; count < 8; count += 1) {
      socket.send(`${sent++}${padding}`);
    }
    await lost;
  }
  await until(socket, "message", () => got.length === sent);
  const texts = Array.from(
    { length: sent },
    (_, index) => `${index}${padding}`,
  );
  assertEquals(server.heard.texts, texts);
  assertEquals(got, texts.map((text) => `re ${text}`));
});

Deno.test("session: tells each message in order while connections are cut", async () => {
  await using server = serveDeno(echo());
  await using socket = connect(server.url);
  const got: unknown[] = [];
  socket.addEventListener("message", ({ data }) => got.push(data));
  await socket.opened;
  for (let round = 0; round < 5; round += 1) {
    for (let count = 0; count < 100; count += 1) socket.send(`${count}`);
    socket.reconnect();
    await next(socket, "open");
  }
  await until(socket, "message", () => got.length === 500);
  assertEquals(got, Array.from({ length: 500 }, (_, i) => `re ${i % 100}`));
});

for (const mode of ["push", "pull"] as const) {
  Deno.test(`session: goes on where a worker has crashed (${mode})`, async () => {
    await using server = serveDeno(echo());
    using killer = new Killer();
    await using socket = connect(server.url, { hooks: killer.hooks });
    const got: unknown[] = [];
    if (mode === "push") {
      socket.addEventListener("message", ({ data }) => got.push(data));
    }
    const news = openings(socket);
    await socket.opened;
    for (let round = 0; round < 3; round += 1) {
      for (let count = 0; count < 50; count += 1) socket.send(`${count}`);
      if (mode === "pull") got.push(...await pull(socket, 20));
      const back = next(socket, "open");
      killer.kill();
      await back;
    }
    if (mode === "pull") got.push(...await pull(socket, 90));
    else await until(socket, "message", () => got.length === 150);
    assertEquals(got, Array.from({ length: 150 }, (_, i) => `re ${i % 50}`));
    assertEquals(news.map(({ kind }) => kind), [
      "opened",
      ...Array(3).fill("resumed"),
    ]);
    assertEquals(server.heard.messages.length, 150);
  });
}

Deno.test("session: tells what is lost when the server knows it no more", async () => {
  const stall = Promise.withResolvers<void>();
  await using first = serveDeno(
    new Heard(({ data }) => data === "b" ? stall.promise : undefined),
  );
  let url = first.url;
  await using socket = connect(() => url);
  const news = openings(socket);
  const drops: Pick<
    DropEvent,
    "count" | "direction" | "reason" | "first" | "last"
  >[] = [];
  socket.addEventListener(
    "drop",
    ({ count, direction, reason, first, last }) =>
      drops.push({ count, direction, reason, first, last }),
  );
  await socket.write("a");
  const unsure = failure(socket.write("b"));
  await first.heard.until(() => first.heard.messages.length === 2);
  await using second = serveDeno();
  url = second.url;
  socket.reconnect();
  const error = await unsure;
  stall.resolve();
  assert(
    error instanceof Error && error.message.includes("may have been"),
    `${error}`,
  );
  await socket.write("c");
  assertEquals(news[1], {
    kind: "lost",
    id: socket.session!.id,
    why: "unknown",
  });
  assertEquals(drops, [
    { count: 1, direction: "outbound", reason: "unknown", first: 2, last: 2 },
    {
      count: 0,
      direction: "inbound",
      reason: "session-lost",
      first: undefined,
      last: undefined,
    },
  ]);
  assertEquals(second.heard.texts, ["c"]);
  assertEquals(socket.session!.accepted, 1);
});

Deno.test("session: sends again what may have been handled, where that was asked for", async () => {
  await using first = serveDeno(new Heard(() => new Promise(() => {})));
  let url = first.url;
  await using socket = connect(() => url, { session: { onUnknown: "resend" } });
  socket.send("a");
  await first.heard.until(() => first.heard.messages.length === 1);
  await using second = serveDeno();
  url = second.url;
  socket.reconnect();
  await socket.write("b");
  assertEquals(second.heard.texts, ["a again", "b"]);
});

Deno.test("session: ends with its session, where that was asked for", async () => {
  await using first = serveDeno();
  let url = first.url;
  await using socket = connect(() => url, { session: { onLost: "close" } });
  await socket.write("a");
  await using second = serveDeno();
  url = second.url;
  socket.reconnect();
  const error = await failure(socket.closed);
  assertInstanceOf(error, ConnectionClosedError, String(error));
  assertEquals([error.closeCode, error.retryable], [4410, false]);
});

Deno.test("session: close() waits until the server has accepted all", async () => {
  await using server = serveDeno(
    new Heard(() => new Promise((resolve) => setTimeout(resolve, 20))),
  );
  await using socket = connect(server.url);
  await socket.opened;
  const texts = Array.from({ length: 10 }, (_, index) => `${index}`);
  for (const text of texts) socket.send(text);
  socket.close();
  assertEquals((await within(socket.closed)).closeCode, 1000);
  assertEquals(server.heard.texts, texts);
  await server.heard.until(() => server.heard.calls.includes("ended bye 10 0"));
});

Deno.test("session: close() connects again for what is not accepted", async () => {
  const stall = Promise.withResolvers<void>();
  await using server = serveDeno(new Heard(() => stall.promise));
  await using proxy = await startTcpProxy(portOf(server.url));
  await using socket = connect(proxy.url);
  socket.send("a");
  await server.heard.until(() => server.heard.messages.length === 1);
  const lost = next(socket, "disconnect");
  await proxy.apply({ type: "refuse" });
  await proxy.apply({ type: "reset" });
  await lost;
  socket.close();
  stall.resolve();
  await proxy.apply({ type: "clear" });
  await within(socket.closed);
  assertEquals(server.heard.texts.slice(-1), ["a"]);
  await server.heard.until(() => server.heard.calls.includes("ended bye 1 0"));
});

Deno.test("session: close() gives up after closeTimeout, and tells what it does not know", async () => {
  await using server = serveDeno(new Heard(() => new Promise(() => {})));
  await using socket = connect(server.url, { closeTimeout: 50 });
  const drop = next(socket, "drop");
  const written = failure(socket.write("a"));
  await server.heard.until(() => server.heard.messages.length === 1);
  socket.close();
  await within(socket.closed);
  assertEquals([(await drop).reason, (await drop).first], ["unknown", 1]);
  assert(await written instanceof Error);
});

Deno.test("session: the outbox counts until the server has accepted", async () => {
  await using server = serveDeno(new Heard(() => new Promise(() => {})));
  await using socket = connect(server.url, {
    outbox: { maxMessages: 3 },
    closeTimeout: 10,
  });
  await socket.opened;
  for (const text of ["a", "b", "c"]) socket.send(text);
  await server.heard.until(() => server.heard.messages.length === 1);
  const thrown = await failure(Promise.resolve().then(() => socket.send("d")));
  assertInstanceOf(thrown, OutboxFullError, String(thrown));
});

Deno.test("session: a server without sessions fails the attempt", async () => {
  await using server = await startWsServer();
  await using socket = connect(server.url, { session: true });
  const { error } = await next(socket, "error");
  assertInstanceOf(error, ProtocolError, String(error));
  assert(error.message.includes("holdfast.session.v1"), error.message);
});

Deno.test("session: works without one where the server has none and none is required", async () => {
  await using server = await startWsServer({ protocols: ["chat"] });
  await using socket = connect(server.url, { session: { required: false } });
  await socket.write("a");
  assertEquals(await socket.receive({ timeout: 5_000 }), "a");
  assertEquals([socket.protocol, socket.status.session], ["chat", "none"]);
  assertEquals(socket.session, undefined);
});

for (const transport of ["tcp", "ws", "native"] as const) {
  Deno.test(`session: a server that requires none has both kinds of clients (${transport})`, async () => {
    const heard = new Heard((message, { client, protocol }) =>
      message.reply(`${client} ${protocol} ${message.data}`)
    );
    const server = serveDeno(heard, { required: false, protocols: ["chat"] });
    await using _ = server;
    const cases = [
      [{ session: { required: false } }, "opened", "session chat a"],
      [{ session: false }, undefined, "plain chat a"],
    ] as const;
    for (const [options, kind, answer] of cases) {
      await using socket = connect(server.url, { ...options, transport });
      await socket.write("a");
      assertEquals(await socket.receive({ timeout: 5_000 }), answer);
      assertEquals([socket.protocol, socket.status.session], ["chat", kind]);
      await socket.close();
      await heard.until(() => heard.calls.at(-1) === "ended bye 1 0");
    }
  });
}

Deno.test("session: the token goes into the session, and is renewed there", async () => {
  const seen: (string | undefined)[] = [];
  let issued = 0;
  await using server = serveDeno(echo(), {
    authenticate: (_request, auth) => {
      seen.push(auth);
      return "ann";
    },
  });
  await using socket = connect(server.url, {
    token: () => jwt(issued === 0 ? 2 : 600, `${issued++}`),
  });
  await socket.opened;
  await server.heard.until(() => true);
  const limit = performance.now() + 10_000;
  while (seen.length < 2 && performance.now() < limit) {
    socket.send("tick");
    await socket.receive();
  }
  assertEquals(new Set(seen).size, 2);
  assertEquals(socket.metrics().opens, 1);
});

Deno.test("session: pings by the protocol where there are no ping frames", async () => {
  await using server = serveDeno();
  const startedAt = performance.now();
  await using socket = connect(server.url, {
    transport: "native",
    heartbeat: { interval: 30 },
  });
  await socket.opened;
  const probedAt = performance.now();
  assertLatency(await socket.probe(), probedAt);
  assertLatency((await next(socket, "heartbeat")).latency, startedAt);
});

Deno.test("session: moves to another server when it is asked to", async () => {
  await using store = memoryStore();
  await using one = serveDeno(echo(), { store });
  await using two = serveDeno(echo(), { store });
  let url = one.url;
  await using socket = connect(() => url);
  socket.send("a");
  assertEquals(await pull(socket, 1), ["re a"]);
  url = two.url;
  const lost = next(socket, "disconnect");
  const back = next(socket, "open");
  await one.sessions.drain({ spread: 10 });
  assertEquals((await lost).closeCode, 4012);
  assertEquals((await back).session?.kind, "resumed");
  socket.send("b");
  assertEquals(await pull(socket, 1), ["re b"]);
  assertEquals([one.heard.texts, two.heard.texts], [["a"], ["b"]]);
});

Deno.test("session: acknowledges by hand, where that was asked for", async () => {
  await using server = serveDeno(echo());
  await using socket = connect(server.url, { session: { ack: "manual" } });
  for (const text of ["a", "b", "c"]) socket.send(text);
  await pull(socket, 3);
  assertEquals(socket.session!.consumed, 0);
  socket.acknowledge(2);
  assertEquals(socket.session!.consumed, 2);
  socket.close();
  await within(socket.closed);
  await server.heard.until(() => server.heard.calls.includes("ended bye 3 1"));
});

Deno.test("session: the server sends no more than the window while nobody reads", async () => {
  await using server = serveDeno();
  await using socket = connect(server.url, {
    session: { window: { messages: 10 } },
  });
  await socket.opened;
  const session = server.sessions.session(socket.session!.id);
  for (let count = 0; count < 50; count += 1) await session.send(`${count}`);
  await socket.write("the messages that came first have arrived");
  assert(socket.metrics().received.messages <= 10);
  assertEquals((await pull(socket, 50)).at(-1), "49");
});
