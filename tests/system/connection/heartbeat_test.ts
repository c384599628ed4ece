import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  HeartbeatTimeoutError,
  ReconnectingWebSocket,
} from "@holdfast/websocket";
import { assertLatency } from "../latency.ts";
import { SETTINGS } from "./matrix.ts";
import { encodeFrame, OPCODE } from "../servers/tcp/frames.ts";
import type { TcpPeer } from "../servers/tcp/tcp_peer.ts";
import { startTcpServer } from "../servers/tcp/tcp_server.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { blockIdly, next, until, within } from "../waiting.ts";

const MEBIBYTE = 1024 * 1024;
const PINGS = 25;
/** For the transport without ping frames; the servers here echo it. */
const MESSAGE = { message: "ping", expect: "ping" } as const;
/** Timers may be early by less than a millisecond, and are compared across clocks. */
const TOLERANCE = 3;

for (const { name, options } of SETTINGS) {
  const pingOptions = options.transport === "native" ? MESSAGE : {};

  Deno.test(`A heartbeat is one per connection, the first after one interval, however often it reconnects (${name})`, async () => {
    const interval = 60;
    await using server = await startWsServer();
    const startedAt = performance.now();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      backoff: { first: 0, cap: 0 },
      heartbeat: { interval, timeout: 5_000, ...pingOptions },
    });
    await next(socket, "heartbeat");
    for (let reconnects = 0; reconnects < 5; reconnects += 1) {
      const back = next(socket, "open");
      if (reconnects % 2 === 0) socket.reconnect();
      else await server.drop();
      await back;
    }
    for (let ping = 0; ping < 5; ping += 1) await next(socket, "heartbeat");
    const history = await server.history();
    for (const { openedAt, history: arrivals } of history) {
      const times = [openedAt, ...arrivals.map(({ at }) => at)];
      const [first = Infinity] = arrivals.map(({ at }) => at);
      assert(first - openedAt >= interval - TOLERANCE);
      // A ping may be late, and the next one still on time.
      const elapsed = (times.at(-1) ?? 0) - openedAt;
      assert(arrivals.length <= elapsed / interval + 1);
    }
    assertLatency(socket.latency, startedAt);
  });

  Deno.test(`A heartbeat takes any frame for an answer, and a large one in progress too (${name})`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.accept();
      for (let ping = 0; ping < PINGS; ping += 1) {
        if (!await isPinged(peer)) return;
        await peer.write(encodeFrame("not a pong"));
      }
      const large = encodeFrame(new Uint8Array(MEBIBYTE), {
        opcode: OPCODE.binary,
      });
      const part = Math.ceil(large.length / PINGS);
      for (let sent = 0; sent < large.length; sent += part) {
        if (options.transport !== "native" && !await isPinged(peer)) return;
        await peer.write(large.subarray(sent, sent + part));
      }
    });
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      closeTimeout: 50,
      // Shorter than the pings of each half take, so that either would be judged.
      heartbeat: { interval: 100, timeout: 2_000, ...pingOptions },
    });
    for (;;) {
      const data = await socket.receive({ timeout: 10_000 });
      if (data instanceof ArrayBuffer) break;
      assertEquals(data, "not a pong");
    }
    assertEquals(socket.metrics().disconnects, 0);
    assertEquals(socket.metrics().received.messages, PINGS + 1);
  });

  Deno.test(`A heartbeat finds out a peer that is silent (${name})`, async () => {
    let acceptedAt: number | undefined;
    await using server = await startTcpServer(async (peer) => {
      // The client is open before this thread hears of it.
      acceptedAt ??= performance.now();
      await peer.accept();
    });
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      closeTimeout: 50,
      backoff: { first: 0 },
      heartbeat: { interval: 100, timeout: 200, ...pingOptions },
    });
    const { error, closeCode } = await next(socket, "disconnect");
    const elapsed = performance.now() - (acceptedAt ?? NaN);
    assertInstanceOf(error, HeartbeatTimeoutError, String(error));
    assertEquals([closeCode, error.retryable], [1006, true]);
    assert(elapsed > 290 && elapsed < 2_000, `${elapsed} ms`);
    await until(() => socket.metrics().opens >= 2);
  });

  Deno.test(`A heartbeat on a thread that was blocked reads what has arrived before it judges (${name})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      heartbeat: { interval: 50, timeout: 1_000, ...pingOptions },
    });
    await next(socket, "heartbeat");
    for (let blocks = 0; blocks < 2; blocks += 1) {
      // Longer than the silence that is allowed.
      blockIdly(1_500);
      await next(socket, "heartbeat");
    }
    assertEquals(socket.metrics().disconnects, 0);
    assertEquals((await server.report()).attempts, 1);
  });

  Deno.test(`probe() tells the latency, and that a peer is dead (${name})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      closeTimeout: 50,
      probeTimeout: 1_000,
      backoff: { first: 0 },
      heartbeat: { interval: 100_000, ...pingOptions },
    });
    await within(socket.opened);
    let probedAt = performance.now();
    assertLatency(await within(socket.probe()), probedAt);
    await server.stopReading();
    const lost = next(socket, "disconnect");
    const back = next(socket, "open");
    const error = await within(socket.probe().catch((error) => error));
    assertInstanceOf(error, HeartbeatTimeoutError, String(error));
    await lost;
    await back;
    probedAt = performance.now();
    assertLatency(await within(socket.probe()), probedAt);
    await server.drop();
  });
}

/** Waits for a ping in whatever form; says whether the other side is still there. */
async function isPinged(peer: TcpPeer): Promise<boolean> {
  const frame = await peer.readFrame();
  return frame !== undefined && frame.opcode !== OPCODE.close;
}
