import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { deadline } from "@std/async";
import {
  type HeartbeatOptions,
  ReconnectingWebSocket,
} from "@holdfast/websocket";
import { assertLatency } from "../latency.ts";
import { encodeFrame, OPCODE } from "../servers/tcp/frames.ts";
import type { TcpPeer } from "../servers/tcp/tcp_peer.ts";
import { startTcpServer, type TcpServer } from "../servers/tcp/tcp_server.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { collect, failure, next, within } from "../waiting.ts";

const QUICK = { interval: 50, timeout: 5_000 } as const;
const HOOKS = import.meta.resolve("./heartbeat_hooks.ts");

/** Pings and answers over a server that echoes them. */
const FORMS: Readonly<Record<string, HeartbeatOptions>> = {
  "text": { message: "ping", expect: "ping" },
  "bytes": { message: Uint8Array.of(9, 1), expect: Uint8Array.of(9, 1) },
  "the hooks ping() and isPong()": {
    message: { hook: true },
    expect: { hook: true },
  },
  "a JSON subset": {
    message: JSON.stringify({ at: 1, type: "echo" }),
    expect: { type: "echo" },
  },
};

for (const transport of ["tcp", "ws", "native"] as const) {
  for (const [form, options] of Object.entries(FORMS)) {
    Deno.test(`heartbeat.message may be ${form}, whose answers the application does not see (${transport})`, async () => {
      await using server = await startWsServer();
      const startedAt = performance.now();
      await using socket = new ReconnectingWebSocket(server.url, [], {
        transport,
        hooks: HOOKS,
        heartbeat: { ...QUICK, ...options },
      });
      const messages = collect(socket);
      for (let pings = 0; pings < 3; pings += 1) {
        assertLatency((await next(socket, "heartbeat")).latency, startedAt);
      }
      assertEquals(messages, []);
      const probedAt = performance.now();
      assertLatency(await within(socket.probe()), probedAt);
      const { connections: [connection] } = await server.report();
      assertEquals(connection?.pings.count, 0);
      assert(connection!.messages.count >= 4);
    });
  }

  Deno.test(`heartbeat.deliver lets the application have the answers (${transport})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      transport,
      heartbeat: { ...QUICK, message: "ping", expect: "ping", deliver: true },
    });
    assertEquals((await next(socket, "message")).data, "ping");
    await next(socket, "heartbeat");
  });

  Deno.test(`heartbeat.expect lets through what does not match, which is a sign of life all the same (${transport})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      transport,
      heartbeat: {
        interval: 100,
        timeout: 300,
        message: "ping",
        expect: { type: "pong" },
      },
    });
    // The server is given six times what a silent one would have.
    for (let echoes = 0; echoes < 24; echoes += 1) {
      assertEquals(await socket.receive({ timeout: 5_000 }), "ping");
    }
    assertEquals(socket.latency, undefined);
    assertEquals(socket.metrics().disconnects, 0);
  });

  Deno.test(`heartbeat.reply answers a server's own ping, which the application does not see (${transport})`, async () => {
    const answers: string[] = [];
    await using server = await startTcpServer(async (peer) => {
      await peer.accept();
      while (answers.length < 3) {
        const ping = { type: "ping", number: answers.length };
        await peer.write(encodeFrame(JSON.stringify(ping)));
        answers.push(await readText(peer));
      }
      await peer.write(encodeFrame("done"));
    });
    await using socket = new ReconnectingWebSocket(server.url, [], {
      transport,
      closeTimeout: 50,
      heartbeat: {
        interval: 60_000,
        reply: { to: { type: "ping" }, with: '{"type":"pong"}' },
      },
    });
    assertEquals(await socket.receive({ timeout: 5_000 }), "done");
    assertEquals(answers, Array(3).fill('{"type":"pong"}'));
  });

  Deno.test(`idleTimeout keeps a server that speaks, and gives up one that falls silent (${transport})`, async () => {
    // Longer than a message takes on a machine that others keep busy.
    const idleTimeout = 800;
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      transport,
      heartbeat: false,
      idleTimeout,
    });
    await within(socket.opened);
    const end = performance.now() + 2 * idleTimeout;
    const lost = next(socket, "disconnect");
    lost.catch(() => {});
    while (performance.now() < end) {
      await Promise.all([
        Promise.race([next(socket, "message"), lost]),
        server.send("Still here"),
      ]);
      assertEquals(socket.metrics().disconnects, 0);
    }
    const { error } = await lost;
    const took = performance.now() - end;
    assertEquals(error?.name, "HeartbeatTimeoutError");
    assert(took <= idleTimeout + 250, `Found out in ${took} ms`);
  });
}

Deno.test("heartbeat over native without a message says in the log that only silence can be judged, once", async () => {
  await using server = await startSilentServer();
  for (
    const { options, level } of [
      { options: {}, level: "warn" },
      { options: { idleTimeout: 60_000 }, level: "info" },
      { options: { heartbeat: { message: "ping" } }, level: undefined },
      { options: { heartbeat: false }, level: undefined },
    ] as const
  ) {
    const log: string[] = [];
    await using socket = new ReconnectingWebSocket(server.url, [], {
      transport: "native",
      closeTimeout: 50,
      logger: {
        debug: () => {},
        info: (message) => log.push(`info ${message}`),
        warn: (message) => log.push(`warn ${message}`),
        error: (message) => log.push(`error ${message}`),
      },
      ...options,
    });
    await within(socket.opened);
    const back = next(socket, "open");
    socket.reconnect();
    await back;
    const [record, ...more] = log.filter((each) => /ping frames/.test(each));
    if (level === undefined) assertEquals(record, undefined);
    else assertMatch(record ?? "", new RegExp(`^${level} .*heartbeat.message`));
    assertEquals(more, []);
  }
});

Deno.test("heartbeat over native without a message asks nothing, and judges nothing", async () => {
  await using server = await startSilentServer();
  await using socket = new ReconnectingWebSocket(server.url, [], {
    transport: "native",
    closeTimeout: 50,
    probeTimeout: 50,
    heartbeat: { interval: 20, timeout: 20 },
  });
  await within(socket.opened);
  const error = await failure(socket.probe());
  assert(error instanceof DOMException);
  assertEquals(error.name, "NotSupportedError");
  assertMatch(error.message, /heartbeat\.message/);
  // Fifteen times what a heartbeat would have waited for.
  const asked = deadline(server.peers[0]!.readFrame(), 300);
  await assertRejects(() => asked, DOMException);
  assertEquals(socket.status.kind, "open");
});

Deno.test("heartbeat ignores pongs that answer no ping of ours (RFC 6455, 5.5.3)", async () => {
  await using server = await startTcpServer(async (peer) => {
    await peer.accept();
    await peer.write(encodeFrame("stray", { opcode: OPCODE.pong }));
    const ping = await peer.readFrame();
    await peer.write(encodeFrame("1.99", { opcode: OPCODE.pong }));
    await peer.write(encodeFrame("not yet"));
    await peer.readFrame();
    await peer.write(encodeFrame(ping!.payload, { opcode: OPCODE.pong }));
    await peer.write(encodeFrame("now"));
  });
  await using socket = new ReconnectingWebSocket(server.url, [], {
    transport: "ws",
    closeTimeout: 50,
    heartbeat: { interval: 100, timeout: 5_000 },
  });
  const log: string[] = [];
  socket.addEventListener("heartbeat", () => log.push("heartbeat"));
  socket.addEventListener("message", ({ data }) => log.push(data));
  while (log.length < 3) await next(socket, "message");
  assertEquals(log, ["not yet", "heartbeat", "now"]);
});

/** Accepts, and says nothing at all. */
function startSilentServer(): Promise<TcpServer> {
  return startTcpServer(async (peer) => {
    await peer.accept();
  });
}

async function readText(peer: TcpPeer): Promise<string> {
  const frame = await peer.readFrame();
  return new TextDecoder().decode(frame?.payload);
}
