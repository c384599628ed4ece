import { assert, assertEquals, assertRejects } from "@std/assert";
import { requires } from "./requirements.ts";
import { startDenoServer } from "./servers/deno_server.ts";
import {
  decodeFrame,
  encodeClose,
  encodeFrame,
  OPCODE,
  packFrames,
} from "./servers/frames.ts";
import { startHaproxyProxy } from "./servers/haproxy_proxy.ts";
import { NetworkCable } from "./servers/network_namespace.ts";
import { startNginxProxy } from "./servers/nginx_proxy.ts";
import { startPythonServer } from "./servers/python_server.ts";
import type { ServerReport } from "./servers/server_report.ts";
import {
  type Fault,
  startTcpProxy,
  type TcpProxy,
} from "./servers/tcp_proxy.ts";
import { openModule } from "./servers/place.ts";
import { Remote } from "./servers/remote.ts";
import type { TcpPeer } from "./servers/tcp_peer.ts";
import type { Knock } from "./servers/knock_main.ts";
import { startTcpServer } from "./servers/tcp_server.ts";
import { startWsServer } from "./servers/ws_server.ts";

// Frames

Deno.test("encodeFrame() and decodeFrame() agree on each length", () => {
  for (const length of [0, 1, 125, 126, 0xffff, 0x10000]) {
    const payload = new Uint8Array(length).fill(7);
    for (const mask of [undefined, Uint8Array.of(1, 2, 3, 4)]) {
      const bytes = encodeFrame(payload, {
        opcode: OPCODE.binary,
        fin: false,
        rsv: 5,
        ...(mask && { mask }),
      });
      assertEquals(decodeFrame(bytes), {
        opcode: OPCODE.binary,
        fin: false,
        rsv: 5,
        masked: mask !== undefined,
        payload,
        size: bytes.length,
      });
      assertEquals(decodeFrame(bytes.subarray(0, -1)), undefined);
    }
  }
});

Deno.test("encodeFrame() makes the examples of RFC 6455, 5.7", () => {
  assertEquals(
    encodeFrame("Hello"),
    Uint8Array.of(0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f),
  );
  const mask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
  assertEquals(
    encodeFrame("Hello", { mask }).toHex(),
    "818537fa213d7f9f4d5158",
  );
});

Deno.test("encodeClose() writes the code and the reason", () => {
  assertEquals(encodeClose(), Uint8Array.of(0x88, 0));
  assertEquals(encodeClose(1000, "x").toHex(), "880303e878");
});

Deno.test("packFrames() fills writes of 64 KiB", () => {
  const frame = encodeFrame("x".repeat(98));
  const writes = [...packFrames(frame, 1_500)];
  assertEquals(writes.map(({ length }) => length), [65_500, 65_500, 19_000]);
});

// Echo servers

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
      block(60);
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
  block(4_500);
  await closed;
  await server.until(({ open }) => open === 0);
});

Deno.test("startWsServer() drops a client that misses a pong", async () => {
  await using server = await startWsServer({ pingInterval: 100 });
  const socket = await open(server.url);
  const closed = next(socket, "close");
  const [connection] = (await server.until(hasPongs(2))).connections;
  assert(connection!.pongs.longestGap >= 50);
  block(500);
  const report = await server.report();
  assertEquals(report.open, 0);
  assertEquals((await closed).wasClean, false);
});

Deno.test("startWsServer() meets a handshake as it is told", async () => {
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

Deno.test("startWsServer() compresses where it is told to", async () => {
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
    block(1_000);
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
    await using proxy = await startNginxProxy(server.port, { idleLimit: 300 });
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
    await using proxy = await startHaproxyProxy(server.port, { tunnel: 300 });
    const socket = await open(proxy.url);
    const closed = next(socket, "close");
    assertEquals(await ask(socket, "through"), "through");
    assertEquals((await closed).wasClean, false);
  },
);

// Scripted TCP

Deno.test("TcpServer accepts a handshake and speaks in frames", async () => {
  const seen: string[] = [];
  await using server = await startTcpServer(async (peer) => {
    const request = await peer.accept({
      headers: { "Sec-WebSocket-Protocol": "p" },
      followedBy: encodeFrame("with the head"),
    });
    seen.push(request.split("\r\n")[0]!);
    const frame = await peer.readFrame();
    seen.push(new TextDecoder().decode(frame!.payload));
    await peer.write(encodeClose(4000, "end"));
    seen.push(`${(await peer.readFrame())?.opcode}`);
    peer.end();
  });
  const socket = new WebSocket(`${server.url}/x`, "p");
  const received = next(socket, "message");
  const closed = next(socket, "close");
  await next(socket, "open");
  assertEquals((await received).data, "with the head");
  socket.send("hi");
  assertEndsWith(await closed, 4000, "end");
  await server.peers[0]!.ended;
  assertEquals(seen, ["GET /x HTTP/1.1", "hi", `${OPCODE.close}`]);
});

Deno.test("TcpServer writes anything, holds, ends and resets", async () => {
  await using server = await startTcpServer(async (peer) => {
    const wish = new TextDecoder().decode(await peer.read());
    await peer.write("garbage");
    if (wish === "end") peer.end();
    if (wish === "reset") peer.reset();
  });
  assertEquals(await converse(server.port, "end"), "garbage");
  await assertRejects(
    () => converse(server.port, "reset"),
    Deno.errors.ConnectionReset,
  );
  using held = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await held.write(new TextEncoder().encode("hold"));
  assertEquals(await held.read(new Uint8Array(99)), 7);
  held.closeWrite();
  await server.peers[2]!.ended;
});

Deno.test("TcpServer tells what its script has thrown", async () => {
  const server = await startTcpServer(() => {
    throw new RangeError("in the script");
  });
  using _connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: server.port,
  });
  while (server.peers.length === 0) await turn();
  await assertRejects(() => server[Symbol.asyncDispose](), RangeError);
});

// The chaos proxy

Deno.test("TcpProxy passes on, both ways", async () => {
  await using server = await startWsServer();
  await using proxy = await startTcpProxy(server.port);
  const socket = await open(proxy.url);
  assertEquals(await ask(socket, "x".repeat(1_000_000)), "x".repeat(1_000_000));
  const { bytes, accepted, open: opened } = await proxy.report();
  assert(bytes.up > 1_000_000 && bytes.down > 1_000_000);
  assertEquals([accepted, opened], [1, 1]);
  await close(socket);
  await proxy.until(({ open }) => open === 0);
});

Deno.test("TcpProxy refuses until it is cleared", async () => {
  await using server = await startWsServer();
  await using proxy = await startTcpProxy(server.port);
  const socket = await open(proxy.url);
  await proxy.apply({ type: "refuse" });
  await assertRefused(proxy.port);
  assertEquals(await ask(socket, "still"), "still");
  await proxy.apply({ type: "clear" });
  await close(await open(proxy.url));
  await close(socket);
});

Deno.test("TcpProxy resets both sides", async () => {
  await using server = await startTcpServer(() => {});
  await using proxy = await startTcpProxy(server.port);
  using client = await connectThrough(proxy, server.peers);
  await proxy.apply({ type: "reset" });
  await assertRejects(() => read(client), Deno.errors.ConnectionReset);
  await server.peers[0]!.ended;
  await proxy.until(({ open }) => open === 0);
});

Deno.test("TcpProxy half-closes one direction", async () => {
  await using server = await startTcpServer(() => {});
  await using proxy = await startTcpProxy(server.port);
  using client = await connectThrough(proxy, server.peers);
  await proxy.apply({ type: "half-close", direction: "down" });
  assertEquals(await read(client), undefined);
  await client.write(Uint8Array.of(42));
  assertEquals(await server.peers[0]!.read(), Uint8Array.of(42));
});

Deno.test("TcpProxy blackholes one direction and lets it pass later", async () => {
  await using server = await startTcpServer(() => {});
  await using proxy = await startTcpProxy(server.port);
  using client = await connectThrough(proxy, server.peers);
  await proxy.apply({ type: "blackhole", direction: "up" });
  await client.write(Uint8Array.of(1));
  client.closeWrite();
  await server.peers[0]!.write("down");
  assertEquals(await read(client), "down");
  assertEquals((await proxy.report()).bytes.up, 1);
  await proxy.apply({ type: "clear" });
  assertEquals(await server.peers[0]!.read(), Uint8Array.of(1));
  await server.peers[0]!.ended;
});

Deno.test("TcpProxy delays without changing the order", async () => {
  await using server = await startWsServer();
  await using proxy = await startTcpProxy(server.port);
  const socket = await open(proxy.url);
  await proxy.apply({ type: "delay", direction: "both", milliseconds: 50 });
  const start = performance.now();
  const echoes = [next(socket, "message"), ask(socket, "1")];
  assertEquals(await echoes[1], "1");
  assert(performance.now() - start >= 99);
  await close(socket);
});

Deno.test("TcpProxy throttles", async () => {
  await using server = await startTcpServer(() => {});
  await using proxy = await startTcpProxy(server.port);
  using client = await connectThrough(proxy, server.peers);
  const fault = {
    type: "throttle",
    direction: "up",
    bytesPerSecond: 10_000,
  } as const;
  await proxy.apply(fault);
  const start = performance.now();
  await client.write(new Uint8Array(2_000));
  await proxy.until(({ bytes }) => bytes.up === 2_001);
  const elapsed = performance.now() - start;
  assert(elapsed >= 150 && elapsed < 1_000, `${elapsed}`);
});

for (const how of ["fin", "rst"] as const) {
  Deno.test(`TcpProxy cuts in mid-frame by ${how}`, async () => {
    await using server = await startTcpServer(() => {});
    await using proxy = await startTcpProxy(server.port);
    using client = await connectThrough(proxy, server.peers);
    await proxy.apply({ type: "cut", direction: "down", after: 3, with: how });
    await server.peers[0]!.write(encodeFrame("Hello"));
    assertEquals((await read(client))?.length, 3);
    if (how === "fin") assertEquals(await read(client), undefined);
    else {
      await assertRejects(() => read(client), Deno.errors.ConnectionReset);
    }
    await server.peers[0]!.ended;
    assertEquals((await proxy.until(({ open }) => open === 0)).struck, 1);
  });
}

Deno.test("TcpProxy corrupts one byte", async () => {
  await using server = await startTcpServer(() => {});
  await using proxy = await startTcpProxy(server.port);
  using client = await connectThrough(proxy, server.peers);
  await proxy.apply({ type: "corrupt", direction: "up", after: 2 });
  await client.write(Uint8Array.of(1, 2, 3, 4));
  const received = await server.peers[0]!.read();
  assertEquals(received, Uint8Array.of(1, 2, 0xff ^ 3, 4));
  assertEquals((await proxy.report()).struck, 1);
});

Deno.test("TcpProxy answers a handshake itself", async () => {
  await using server = await startWsServer();
  await using proxy = await startTcpProxy(server.port);
  await proxy.apply({ type: "answer", bytes: "HTTP/1.1 418 Teapot\r\n\r\n" });
  assertEquals(await fetchUpgrade(proxy.port), "HTTP/1.1 418 Teapot\r\n\r\n");
  assertEquals((await server.report()).attempts, 0);
  await proxy.apply({ type: "clear" });
  assert((await fetchUpgrade(proxy.port)).startsWith("HTTP/1.1 101 "));
});

Deno.test("TcpProxy holds a close", async () => {
  await using server = await startTcpServer(() => {});
  await using proxy = await startTcpProxy(server.port);
  using client = await connectThrough(proxy, server.peers);
  await proxy.apply({ type: "hold-close" });
  await server.peers[0]!.write("last");
  server.peers[0]!.reset();
  assertEquals(await read(client), "last");
  await client.write(Uint8Array.of(1));
  await proxy.apply({ type: "reset" });
  await assertRejects(() => read(client), Deno.errors.ConnectionReset);
});

Deno.test("TcpProxy follows a schedule while the thread is blocked", async () => {
  await using server = await startTcpServer(() => {});
  await using proxy = await startTcpProxy(server.port);
  using client = await connectThrough(proxy, server.peers);
  const faults: readonly Fault[] = [{ type: "refuse" }, { type: "reset" }];
  await proxy.schedule(
    faults.map((fault, index) => ({ at: 20 * index, fault })),
  );
  block(100);
  await assertRefused(proxy.port);
  await assertRejects(() => read(client), Deno.errors.ConnectionReset);
  await proxy.until(({ scheduled }) => scheduled === 0);
});

// Network namespaces

Deno.test(
  "NetworkCable loses packets and finds them again",
  requires("network-namespaces"),
  async () => {
    await using cable = await NetworkCable.create();
    const { address, within } = cable.server;
    await using server = await startWsServer({ hostname: address }, { within });
    await using client = new Remote<Knock, boolean>(
      openModule(
        new URL("./servers/knock_main.ts", import.meta.url),
        cable.client,
      ),
    );
    const knock = () =>
      client.call({
        type: "knock",
        hostname: address,
        port: server.port,
        limit: 300,
      });
    for (
      const cut of [
        () => cable.blackhole("both"),
        () => cable.blackhole("client"),
        () => cable.blackhole("server"),
        () => cable.unplug("client"),
        () => cable.unplug("server"),
      ]
    ) {
      assertEquals(await knock(), true);
      await cut();
      assertEquals(await knock(), false);
      await cable.restore();
    }
    assertEquals(await knock(), true);
  },
);

type Events = WebSocketEventMap;

function next<Type extends keyof Events>(
  socket: WebSocket,
  type: Type,
): Promise<Events[Type]> {
  return new Promise((resolve) =>
    socket.addEventListener(type, resolve, { once: true })
  );
}

async function open(url: string, protocols?: string[]): Promise<WebSocket> {
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  // Refused connections are seen by the `open` that never comes.
  const failed = next(socket, "error").then((event) => {
    if (socket.readyState !== WebSocket.OPEN) throw event;
  });
  failed.catch(() => {});
  await Promise.race([next(socket, "open"), failed]);
  return socket;
}

async function ask(
  socket: WebSocket,
  data: string | Uint8Array<ArrayBuffer>,
): Promise<unknown> {
  const answer = next(socket, "message");
  socket.send(data);
  return (await answer).data;
}

async function close(socket: WebSocket): Promise<void> {
  const closed = next(socket, "close");
  socket.close(1000);
  await closed;
}

function assertEndsWith(event: CloseEvent, code: number, reason: string): void {
  const { wasClean } = event;
  assertEquals(
    { code: event.code, reason: event.reason, wasClean },
    { code, reason, wasClean: true },
  );
}

async function assertRefused(port: number): Promise<void> {
  await assertRejects(
    () => Deno.connect({ hostname: "127.0.0.1", port }),
    Deno.errors.ConnectionRefused,
  );
}

function hasPongs(count: number): (report: ServerReport) => boolean {
  return ({ connections }) => (connections[0]?.pongs.count ?? 0) >= count;
}

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function upgradeRequest(fields: readonly string[] = []): string {
  return [
    "GET / HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...fields,
    "\r\n",
  ].join("\r\n");
}

async function fetchUpgrade(
  port: number,
  fields: readonly string[] = [],
): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(upgradeRequest(fields)));
  return await read(connection) ?? "";
}

/** Says something and hears the other side out. */
async function converse(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  let heard = "";
  for (;;) {
    const part = await read(connection);
    if (part === undefined) return heard;
    heard += part;
  }
}

async function read(connection: Deno.Conn): Promise<string | undefined> {
  const bytes = new Uint8Array(65_536);
  const size = await connection.read(bytes);
  if (size === null) return undefined;
  return new TextDecoder("latin1").decode(bytes.subarray(0, size));
}

/** Connects, and waits until the server has read a first byte. */
async function connectThrough(
  proxy: TcpProxy,
  peers: readonly TcpPeer[],
): Promise<Deno.Conn> {
  const connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: proxy.port,
  });
  await connection.write(new Uint8Array(1));
  while (peers.length === 0) await turn();
  await peers[0]!.read();
  return connection;
}
