import { assertEquals, assertRejects } from "@std/assert";
import {
  type EchoServerOptions,
  startEchoServer,
} from "../../../lib/cli/serve/echo_server.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { ECHO_SETTINGS } from "./echo_settings.ts";

async function start(options: Partial<EchoServerOptions> = {}) {
  const notes: string[] = [];
  const clock = new ManualClock();
  const note = (text: string) => notes.push(text);
  const server = await startEchoServer({
    ...ECHO_SETTINGS,
    clock,
    note,
    ...options,
  });
  return {
    url: server.url,
    clock,
    notes,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A client of the platform, as promises. */
async function connect(url: string) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const closed = Promise.withResolvers<CloseEvent>();
  socket.onclose = closed.resolve;
  const opened = Promise.withResolvers<void>();
  socket.onopen = () => opened.resolve();
  socket.onerror = () => opened.reject(new Error("Not open"));
  await opened.promise;
  return {
    closed: closed.promise,
    async echo(data: string | Uint8Array<ArrayBuffer>): Promise<unknown> {
      const answer = Promise.withResolvers<unknown>();
      socket.onmessage = ({ data }) => answer.resolve(data);
      socket.send(data);
      return await answer.promise;
    },
  };
}

async function statusOf(url: string, headers = {}): Promise<number> {
  const response = await fetch(url.replace("ws", "http"), { headers });
  await response.body?.cancel();
  return response.status;
}

const UPGRADE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
};

Deno.test("startEchoServer() sends back text as text and bytes as bytes", async () => {
  await using server = await start();
  const client = await connect(server.url);
  assertEquals(await client.echo("é"), "é");
  assertEquals(
    await client.echo(Uint8Array.of(0, 255)),
    Uint8Array.of(0, 255).buffer,
  );
});

Deno.test("startEchoServer() answers 426 to a request without an upgrade", async () => {
  await using server = await start();
  assertEquals(await statusOf(server.url), 426);
});

Deno.test("startEchoServer() refuses clients without the token", async () => {
  await using server = await start({ token: "a b" });
  await assertRejects(() => connect(server.url));
  await assertRejects(() => connect(`${server.url}/?token=a`));
  const client = await connect(`${server.url}/x?token=a%20b`);
  assertEquals(await client.echo("in"), "in");
  const refused = "refused a client without the token";
  assertEquals(server.notes, [refused, refused, "#1 connected"]);
});

Deno.test("startEchoServer() takes the token as a bearer token", async () => {
  await using server = await start({ token: "secret" });
  const status = async (authorization: string) => {
    const { port } = new URL(server.url);
    using tcp = await Deno.connect({ hostname: "127.0.0.1", port: +port });
    const fields = { Host: "a", ...UPGRADE, Authorization: authorization };
    const head = Object.entries(fields).map((field) => field.join(": "));
    const request = `GET / HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`;
    await tcp.write(new TextEncoder().encode(request));
    const answer = new Uint8Array(15);
    await tcp.read(answer);
    return new TextDecoder().decode(answer).slice(9, 12);
  };
  assertEquals(await status("Bearer wrong"), "401");
  assertEquals(await status("Bearer secret"), "101");
});

Deno.test("startEchoServer() cuts a client that is silent for too long, without a close frame", async () => {
  await using server = await start({ idleTimeout: 1_000 });
  const client = await connect(server.url);
  server.clock.advance(900);
  await client.echo("still here");
  server.clock.advance(900);
  await client.echo("still here");
  server.clock.advance(1_000);
  assertEquals((await client.closed).wasClean, false);
  assertEquals(server.notes.slice(0, 2), [
    "#1 connected",
    "#1 idle for too long",
  ]);
});

Deno.test("startEchoServer() cuts all clients at an interval", async () => {
  await using server = await start({ dropEvery: 1_000 });
  for (const round of [1, 2]) {
    const clients = [await connect(server.url), await connect(server.url)];
    server.clock.advance(1_000);
    const ends = await Promise.all(clients.map(({ closed }) => closed));
    assertEquals(
      ends.map(({ wasClean }) => wasClean),
      [false, false],
      `${round}`,
    );
  }
  assertEquals(server.notes.filter((note) => note === "dropping 2").length, 2);
});

Deno.test("startEchoServer() rejects when the port is taken", async () => {
  await using server = await start();
  const port = Number(new URL(server.url).port);
  await assertRejects(() => start({ port }), Error, "EADDRINUSE");
});

Deno.test("startEchoServer() closes connections with 1001 when it ends", async () => {
  const server = await start();
  const client = await connect(server.url);
  await server[Symbol.asyncDispose]();
  const { code, reason } = await client.closed;
  assertEquals([code, reason], [1001, "Going away"]);
  assertEquals(server.clock.timers, 0);
});

Deno.test("startEchoServer() does not wait for a client that is silent when it ends", async () => {
  const server = await start();
  const { port } = new URL(server.url);
  using tcp = await Deno.connect({ hostname: "127.0.0.1", port: +port });
  await tcp.write(new TextEncoder().encode("GET / HTTP/1.1\r\n"));
  const client = await connect(server.url);
  await client.echo("open");
  const ended = server[Symbol.asyncDispose]();
  server.clock.advance(500);
  await ended;
});

Deno.test("startEchoServer() gives a URL of an IPv6 address in brackets", async () => {
  await using server = await start({ hostname: "::1" });
  assertEquals(new URL(server.url).hostname, "[::1]");
  const client = await connect(server.url);
  assertEquals(await client.echo("hello"), "hello");
});
