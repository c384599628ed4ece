import { assert, assertEquals, assertRejects } from "@std/assert";
import { requires } from "../requirements.ts";
import { encodeClose, encodeFrame, OPCODE } from "./tcp/frames.ts";
import { NetworkCable } from "./tcp/network_namespace.ts";
import { type Fault, startTcpProxy, type TcpProxy } from "./tcp/tcp_proxy.ts";
import { openModule } from "./remote/place.ts";
import { Remote } from "./remote/remote.ts";
import type { TcpPeer } from "./tcp/tcp_peer.ts";
import type { Knock } from "./tcp/knock_main.ts";
import { startTcpServer } from "./tcp/tcp_server.ts";
import { startWsServer } from "./echo/ws_server.ts";
import {
  ask,
  assertEndsWith,
  assertRefused,
  close,
  fetchUpgrade,
  next,
  open,
  read,
} from "./plain_client.ts";
import { blockIdly } from "../waiting.ts";

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
  blockIdly(1_000);
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
        new URL("./tcp/knock_main.ts", import.meta.url),
        cable.client,
      ),
    );
    const knock = (limit: number) =>
      client.call({
        type: "knock",
        hostname: address,
        port: server.port,
        limit,
      });
    // A packet that is lost as the link comes up is sent again after a second.
    const answers = () => knock(10_000);
    for (
      const cut of [
        () => cable.blackhole("both"),
        () => cable.blackhole("client"),
        () => cable.blackhole("server"),
        () => cable.unplug("client"),
        () => cable.unplug("server"),
      ]
    ) {
      assertEquals(await answers(), true);
      await cut();
      assertEquals(await knock(300), false);
      await cable.restore();
    }
    assertEquals(await answers(), true);
  },
);

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
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
