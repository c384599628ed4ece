import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { requires } from "../requirements.ts";
import { startDenoServer } from "./echo/deno_server.ts";
import { encodeFrame } from "./tcp/frames.ts";
import { startHaproxyProxy } from "./proxies/haproxy_proxy.ts";
import { startNginxProxy } from "./proxies/nginx_proxy.ts";
import { startPythonServer } from "./echo/python_server.ts";
import type { ServerReport } from "./echo/server_report.ts";
import { startWsServer } from "./echo/ws_server.ts";
import { openProcess } from "./remote/remote_process.ts";
import {
  ask,
  assertEndsWith,
  assertRefused,
  close,
  fetchUpgrade,
  next,
  open,
} from "./plain_client.ts";
import { blockIdly } from "../waiting.ts";

const ECHO_SERVERS = [
  { name: "startDenoServer()", start: startDenoServer, needs: [] },
  { name: "startWsServer()", start: startWsServer, needs: [] },
  {
    name: "startPythonServer()",
    start: startPythonServer,
    needs: ["python-websockets"],
  },
] as const;

for (const { name, start, needs } of ECHO_SERVERS) {
  Deno.test(`${name} echoes and reports`, requires(...needs), async () => {
    await using server = await start({ protocols: ["b"] });
    const socket = await open(`${server.url}/path?q=1`, ["a", "b"]);
    assertEquals(socket.protocol, "b");
    assertEquals(await ask(socket, "text"), "text");
    const echo = await ask(socket, Uint8Array.of(1, 2, 3));
    assertEquals(echo, Uint8Array.of(1, 2, 3).buffer);
    const pushed = next(socket, "message");
    await server.send("pushed");
    assertEquals((await pushed).data, "pushed");
    const [connection] = await server.history();
    assertEquals(connection?.target, "/path?q=1");
    assertEquals(connection?.protocol, "b");
    assertEquals(connection?.headers["sec-websocket-version"], "13");
    assertEquals(connection?.messages.count, 2);
    assertEquals(connection?.history.map(({ data }) => data), ["text", 3]);
    await close(socket);
    const report = await server.until(({ open }) => open === 0);
    assertEquals(report.attempts, 1);
    assertEquals(report.opened, 1);
    assertEquals(report.connections[0]?.closeCode, 1000);
  });

  Deno.test(
    `${name} measures gaps on the clock of all threads`,
    requires(...needs),
    async () => {
      await using server = await start();
      const socket = await open(server.url);
      const before = Date.now();
      await ask(socket, "one");
      blockIdly(60);
      await ask(socket, "two");
      const { connections: [connection] } = await server.report();
      assert(connection!.messages.longestGap >= 59);
      assert(connection!.messages.lastAt! >= before + 59);
      assert(connection!.messages.lastAt! <= Date.now() + 1);
      await close(socket);
    },
  );

  Deno.test(
    `${name} closes with a code and a reason`,
    requires(...needs),
    async () => {
      await using server = await start();
      const first = await open(server.url);
      const firstClosed = next(first, "close");
      first.send("/close 4001 good bye");
      assertEndsWith(await firstClosed, 4001, "good bye");
      const second = await open(server.url);
      const secondClosed = next(second, "close");
      await server.close(4002, "for all");
      assertEndsWith(await secondClosed, 4002, "for all");
    },
  );

  Deno.test(
    `${name} drops, is killed, stops and restarts on its port`,
    requires(...needs),
    async () => {
      await using server = await start();
      const dropped = await open(server.url);
      const droppedClosed = next(dropped, "close");
      await server.drop();
      assertEquals((await droppedClosed).wasClean, false);

      const killed = await open(server.url);
      const killedClosed = next(killed, "close");
      await server.kill();
      assertEquals((await killedClosed).wasClean, false);
      await assertRefused(server.port);

      await server.restart();
      const stopped = await open(server.url);
      const stoppedClosed = next(stopped, "close");
      await server.stop();
      assertEquals((await stoppedClosed).code, 1001);
      await assertRefused(server.port);

      await server.restart();
      const last = await open(server.url);
      await close(last);
      const report = await server.until(({ open }) => open === 0);
      assertEquals(report.opened, 4);
    },
  );
}

Deno.test("startDenoServer() pings by idleTimeout, and a blocked thread is closed", async () => {
  await using server = await startDenoServer({ idleTimeout: 2 });
  const socket = await open(server.url);
  const closed = next(socket, "close");
  blockIdly(4_500);
  await closed;
  await server.until(({ open }) => open === 0);
});

Deno.test("startWsServer() drops a client that misses a pong", async () => {
  await using server = await startWsServer({ pingInterval: 500 });
  const socket = await open(server.url);
  const closed = next(socket, "close");
  const [connection] = (await server.until(hasPongs(2))).connections;
  assert(connection!.pongs.longestGap >= 250);
  blockIdly(2_500);
  await server.until(({ open }) => open === 0);
  assertEquals((await closed).wasClean, false);
});

Deno.test("startWsServer() meets a handshake as it is asked to", async () => {
  await using server = await startWsServer();
  const headers = { "Retry-After": "7" };
  const refuse = {
    type: "refuse",
    status: 503,
    headers,
    body: "busy",
  } as const;
  await server.configure({ handshake: refuse });
  const response = await fetchUpgrade(server.port);
  assert(response.startsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  assert(response.includes("\r\nRetry-After: 7\r\n"));
  assert(response.endsWith("\r\n\r\nbusy"));

  await server.configure({ handshake: { type: "drop" } });
  await assertRejects(
    () => fetchUpgrade(server.port),
    Deno.errors.ConnectionReset,
  );

  await server.configure({ handshake: { type: "silence" } });
  const silent = assertRejects(
    () => fetchUpgrade(server.port),
    Deno.errors.ConnectionReset,
  );
  await server.until(({ attempts }) => attempts === 3);
  await server.drop();
  await silent;

  await server.configure({ handshake: { type: "accept-and-drop" } });
  const socket = new WebSocket(server.url);
  const closed = next(socket, "close");
  await next(socket, "open");
  assertEquals((await closed).wasClean, false);
  const report = await server.until(({ open }) => open === 0);
  assertEquals(report.attempts, 4);
  assertEquals(report.opened, 1);
});

Deno.test("startWsServer() wants the headers that it requires", async () => {
  const requiredHeaders = { authorization: "Bearer x" };
  await using server = await startWsServer({ requiredHeaders });
  assert((await fetchUpgrade(server.port)).startsWith("HTTP/1.1 401 "));
  const socket = new WebSocket(server.url, { headers: requiredHeaders });
  await next(socket, "open");
  await close(socket);
});

Deno.test("startWsServer() leaves a close unanswered", async () => {
  await using server = await startWsServer({ closing: "ignore" });
  const socket = await open(server.url);
  assertEquals(await ask(socket, "echo"), "echo");
  const closed = next(socket, "close");
  socket.close(1000);
  const second = await open(server.url);
  // The server has had a round trip's time to answer.
  assertEquals(await ask(second, "echo"), "echo");
  assertEquals(socket.readyState, WebSocket.CLOSING);
  const secondClosed = next(second, "close");
  await server.kill();
  await Promise.all([closed, secondClosed]);
});

Deno.test("startWsServer() writes bytes of one's own", async () => {
  await using server = await startWsServer();
  const socket = await open(server.url);
  const received = next(socket, "message");
  await server.write(encodeFrame("raw"));
  assertEquals((await received).data, "raw");
  await close(socket);
});

Deno.test("startWsServer() compresses where it is asked to", async () => {
  for (const perMessageDeflate of [false, true]) {
    await using server = await startWsServer({ perMessageDeflate });
    const answer = await fetchUpgrade(server.port, [
      "Sec-WebSocket-Extensions: permessage-deflate",
    ]);
    assertEquals(/permessage-deflate/.test(answer), perMessageDeflate);
  }
});

Deno.test("startWsServer() stops reading", async () => {
  await using server = await startWsServer();
  const socket = await open(server.url);
  await server.stopReading();
  const echo = ask(socket, "held");
  assertEquals((await server.report()).connections[0]?.messages.count, 0);
  await server.continueReading();
  assertEquals(await echo, "held");
  await close(socket);
});

Deno.test("startWsServer() stops and continues as a process", async () => {
  await using server = await startWsServer({}, "process");
  const socket = await open(server.url);
  server.suspend();
  const echo = ask(socket, "late");
  server.resume();
  assertEquals(await echo, "late");
  await close(socket);
});

Deno.test("a fixture that cannot start says why", async () => {
  await using first = await startWsServer();
  const { port } = first;
  await assertRejects(() => startWsServer({ port }), Error, "EADDRINUSE");
  await assertRejects(() => startDenoServer({ port }), Error, "AddrInUse");
});

Deno.test(
  "startPythonServer() closes with 1011 who misses its ping",
  requires("python-websockets"),
  async () => {
    await using server = await startPythonServer({
      pingInterval: 0.2,
      pingTimeout: 0.2,
    });
    const socket = await open(server.url);
    const closed = next(socket, "close");
    blockIdly(1_000);
    assertEndsWith(await closed, 1011, "keepalive ping timeout");
    const report = await server.until(({ open }) => open === 0);
    // It does not wait for the client's close frame.
    assertEquals(report.connections[0]?.closeCode, 1006);
  },
);

// Reverse proxies

Deno.test(
  "startNginxProxy() cuts an idle connection",
  requires("nginx"),
  async () => {
    await using server = await startWsServer();
    await using proxy = await startNginxProxy(server.port, {
      idleLimit: 2_000,
    });
    const socket = await open(proxy.url);
    const closed = next(socket, "close");
    assertEquals(await ask(socket, "through"), "through");
    assertEquals((await closed).wasClean, false);
  },
);

Deno.test(
  "startHaproxyProxy() cuts an idle connection",
  requires("haproxy"),
  async () => {
    await using server = await startWsServer();
    await using proxy = await startHaproxyProxy(server.port, { tunnel: 2_000 });
    const socket = await open(proxy.url);
    const closed = next(socket, "close");
    assertEquals(await ask(socket, "through"), "through");
    assertEquals((await closed).wasClean, false);
  },
);

function hasPongs(count: number): (report: ServerReport) => boolean {
  return ({ connections }) => (connections[0]?.pongs.count ?? 0) >= count;
}

Deno.test(
  "openProcess() says what its process does, for a fixture that is late",
  { ignore: Deno.build.os !== "linux" },
  async () => {
    const receiver = { receive() {}, fail() {} };
    const channel = openProcess(["sleep", "60"], receiver);
    assertMatch(
      channel.describe(),
      /^its process is in state [A-Z], after \d+(\.\d+)? s of CPU$/,
    );
    await channel[Symbol.asyncDispose]();
    assertEquals(channel.describe(), "nothing is known of its process");
  },
);
