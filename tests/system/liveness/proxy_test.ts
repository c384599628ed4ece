import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  ConnectionLostError,
  type DisconnectEvent,
  ReconnectingWebSocket,
} from "@holdfast/websocket";
import { requires } from "../requirements.ts";
import { encodeFrame, OPCODE } from "../servers/tcp/frames.ts";
import { startHaproxyProxy } from "../servers/proxies/haproxy_proxy.ts";
import { startNginxProxy } from "../servers/proxies/nginx_proxy.ts";
import type { ReverseProxy } from "../servers/proxies/reverse_proxy.ts";
import { startTcpProxy } from "../servers/tcp/tcp_proxy.ts";
import { startTcpServer } from "../servers/tcp/tcp_server.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { next, within } from "../waiting.ts";

const TRANSPORTS = ["ws", "native"] as const;
/** For transports without ping frames; the servers here echo it. */
const MESSAGE = { message: "ping", expect: "ping" } as const;

Deno.test("ReconnectingWebSocket() keeps a live connection that is delayed by 2 s", async () => {
  await Promise.all(TRANSPORTS.map(async (transport) => {
    await using scene = await startScene(transport, {
      // Several pings are under way at any moment.
      interval: 300,
      timeout: 2_700,
    });
    const { socket, proxy, losses } = scene;
    await proxy.apply({
      type: "delay",
      direction: "both",
      milliseconds: 1_000,
    });
    const latencies: number[] = [];
    while (latencies.length < 8) {
      latencies.push((await next(socket, "heartbeat")).latency);
    }
    assertEquals(losses, []);
    // Messages carry no number: an answer counts as that to the latest of them.
    const longest = Math.max(...latencies);
    assert(longest >= (transport !== "native" ? 1_990 : 0), `${longest} ms`);
  }));
});

Deno.test("ReconnectingWebSocket() keeps a live connection that is throttled to 10 kB/s", async () => {
  await Promise.all(TRANSPORTS.map(async (transport) => {
    await using scene = await startScene(transport, {
      interval: 300,
      timeout: 700,
    });
    const { socket, proxy, losses, server } = scene;
    await proxy.apply({
      type: "throttle",
      direction: "down",
      bytesPerSecond: 10_000,
    });
    // What is distinguished is bytes with `ws`, and whole messages with `native`.
    const sizes = transport !== "native" ? [25_000] : Array(10).fill(2_500);
    for (const size of sizes) socket.send("x".repeat(size));
    for (const size of sizes) {
      assertEquals((await socket.receive()).toString().length, size);
    }
    assertEquals(losses, []);
    assertEquals((await server.report()).opened, 1);
  }));
});

for (const transport of ["tcp", "ws"] as const) {
  Deno.test(`ReconnectingWebSocket() takes 64 MiB that arrive slowly for a sign of life (${transport})`, async () => {
    const size = 64 << 20;
    // It answers no ping: no control frame fits into a frame.
    await using server = await startTcpServer(async (peer) => {
      await peer.accept();
      await peer.write(
        encodeFrame(new Uint8Array(size), { opcode: OPCODE.binary }),
      );
    });
    await using proxy = await startTcpProxy(server.port);
    await proxy.apply({
      type: "throttle",
      direction: "down",
      bytesPerSecond: 24 << 20,
    });
    await using socket = new ReconnectingWebSocket(proxy.url, [], {
      transport,
      heartbeat: { interval: 300, timeout: 600 },
      maxMessageSize: size,
      closeTimeout: 100,
    });
    await within(socket.opened);
    const start = performance.now();
    const losses = countLosses(socket);
    const message = await socket.receive({ timeout: 20_000 });
    assert(performance.now() - start > 1_500, "It was not slow enough");
    assertInstanceOf(message, ArrayBuffer);
    assertEquals(message.byteLength, size);
    assertEquals(losses, []);
  });
}

const LIMIT = 800;

const REVERSE_PROXIES = [
  (port: number) => startNginxProxy(port, { idleLimit: LIMIT }),
  (port: number) => startHaproxyProxy(port, { tunnel: LIMIT }),
];

Deno.test(
  "ReconnectingWebSocket() lives for 5 times the idle limit of nginx and of HAProxy",
  requires("nginx", "haproxy"),
  async () => {
    await Promise.all(REVERSE_PROXIES.map(outlive));
  },
);

async function outlive(
  start: (port: number) => Promise<ReverseProxy>,
): Promise<void> {
  await using server = await startWsServer();
  await using proxy = await start(server.port);
  const interval = LIMIT / 2;
  const heartbeat = { interval, timeout: LIMIT };
  await using frames = new ReconnectingWebSocket(`${proxy.url}/frames`, [], {
    heartbeat,
  });
  await using messages = new ReconnectingWebSocket(
    `${proxy.url}/messages`,
    [],
    { transport: "native", heartbeat: { ...heartbeat, ...MESSAGE } },
  );
  // One without a heartbeat, to see that the limit is real.
  await using idle = new ReconnectingWebSocket(`${proxy.url}/idle`, [], {
    heartbeat: false,
  });
  const losses = [frames, messages].map(countLosses);
  const { error } = await next(idle, "disconnect");
  assertInstanceOf(error, ConnectionLostError, String(error));
  const { connections } = await server.until(({ connections }) =>
    ["/frames", "/messages"].every((path) => {
      const { pings, messages } = connections.find(({ target }) =>
        target === path
      )!;
      return pings.count + messages.count >= 5 * LIMIT / interval;
    })
  );
  assertEquals(losses, [[], []]);
  const kept = connections.filter(({ target }) => target !== "/idle");
  assertEquals(kept.map(({ closedAt }) => closedAt), [undefined, undefined]);
}

/** A server behind a proxy that does what a test asks, and a socket that is open. */
async function startScene(
  transport: typeof TRANSPORTS[number],
  heartbeat: { readonly interval: number; readonly timeout: number },
) {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startWsServer());
  const proxy = stack.use(await startTcpProxy(server.port));
  const pingOptions = transport === "native" ? MESSAGE : {};
  const socket = stack.use(
    new ReconnectingWebSocket(proxy.url, [], {
      transport,
      heartbeat: { ...heartbeat, ...pingOptions },
    }),
  );
  await within(socket.opened);
  const owned = stack.move();
  return {
    server,
    proxy,
    socket,
    losses: countLosses(socket),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Collects what is lost from now on. */
function countLosses(
  socket: ReconnectingWebSocket,
): readonly DisconnectEvent[] {
  const losses: DisconnectEvent[] = [];
  socket.addEventListener("disconnect", (event) => losses.push(event));
  return losses;
}
