import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
} from "@std/assert";
import {
  InboxOverflowError,
  ReconnectingWebSocket,
  WorkerHost,
  WorkerWebSocket,
} from "@holdfast/websocket";
import { requires } from "../requirements.ts";
import { type Count, readCount, startCounter } from "../servers/counter.ts";
import { now } from "../servers/echo/connection_log.ts";
import { startDenoServer } from "../servers/echo/deno_server.ts";
import { startPythonServer } from "../servers/echo/python_server.ts";
import type { Arrival } from "../servers/echo/server_report.ts";
import { startTcpProxy } from "../servers/tcp/tcp_proxy.ts";
import { startWsServer, type WsServer } from "../servers/echo/ws_server.ts";
import { block, collect, next, nextMessage, within } from "../waiting.ts";

const TRANSPORTS = ["ws", "native"] as const;
const PING = { message: "ping", expect: "ping" };
/** A busy machine may be late now and then; a heartbeat of the main thread always is. */
const TRIALS = 6;
/** However busy it is, in milliseconds: the main thread is blocked for five times as long. */
const MOST_ALLOWED = 500;

Deno.test("ReconnectingWebSocket() connects while the main thread is blocked from the constructor on", async () => {
  for (const transport of TRANSPORTS) {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      transport,
      // Its worker is a new one, as the first of an application is.
      worker: new WorkerHost(),
      heartbeat: { interval: 100, timeout: 3_000, ...PING },
    });
    const before = Date.now();
    block(2_500);
    const [connection] = (await server.report()).connections;
    assertGreater(connection?.messages.lastAt ?? 0, before + 2_000);
    await socket.opened;
    assertEquals(socket.metrics().disconnects, 0);
  }
});

const HEARTBEATS = [
  { transport: "tcp", type: "ping", heartbeat: {} },
  { transport: "ws", type: "ping", heartbeat: {} },
  { transport: "native", type: "message", heartbeat: PING },
] as const;

/** The longest time without a heartbeat of each transport, and of the control, in milliseconds. */
type Gaps = Record<"tcp" | "ws" | "native" | "control", number>;

Deno.test("ReconnectingWebSocket() keeps heartbeats on time while the main thread is blocked", async () => {
  const trials: Gaps[] = [];
  let late = Infinity;
  let allowed = 125;
  while (late > allowed && trials.length < TRIALS) {
    const gaps = await gapsWhileBlocked();
    trials.push(gaps);
    late = Math.max(
      ...HEARTBEATS.map(({ transport }) =>
        Math.min(...trials.map((each) => each[transport]))
      ),
    );
    allowed = Math.min(Math.max(allowed, gaps.control + 25), MOST_ALLOWED);
  }
  assertLessOrEqual(
    late,
    allowed,
    `${late} ms, of which ${allowed} are allowed: ${JSON.stringify(trials)}`,
  );
});

async function gapsWhileBlocked(): Promise<Gaps> {
  await using stack = new AsyncDisposableStack();
  const control = stack.use(await Control.start());
  const pairs = [];
  for (const { transport, heartbeat } of HEARTBEATS) {
    const server = stack.use(await startWsServer());
    const socket = stack.use(
      new ReconnectingWebSocket(server.url, [], {
        transport,
        heartbeat: { interval: 100, timeout: 3_000, ...heartbeat },
      }),
    );
    pairs.push({ server, socket });
  }
  await Promise.all(pairs.map(({ socket }) => next(socket, "heartbeat")));
  await control.server.until(({ connections: [connection] }) =>
    connection !== undefined && connection.messages.count > 0
  );
  // Not before: loading `ws` holds up the other sockets of its worker.
  const from = now();
  block(2_500);
  const to = now();
  const gaps = {
    ...{ tcp: Infinity, ws: Infinity, native: Infinity },
    control: await longestGap(control.server, "message", from, to),
  };
  for (const [index, { server, socket }] of pairs.entries()) {
    const { transport, type } = HEARTBEATS[index]!;
    gaps[transport] = await longestGap(server, type, from, to);
    assertEquals(socket.metrics().disconnects, 0);
  }
  return gaps;
}

/** The longest time between two arrivals; the first is the last one before `from`. */
async function longestGap(
  server: WsServer,
  type: Arrival["type"],
  from: number,
  to: number,
): Promise<number> {
  const [connection] = await server.history();
  const instants = connection!.history
    .filter((arrival) => arrival.type === type && arrival.at < to)
    .map(({ at }) => at);
  const first = instants.findLastIndex((at) => at <= from);
  assertGreaterOrEqual(first, 0);
  return instants.slice(first)
    .map((at, index, all) => (all[index + 1] ?? to) - at)
    .reduce((longest, gap) => Math.max(longest, gap));
}

/** What the machine makes of a message each 100 ms of a worker that does nothing else. */
class Control implements AsyncDisposable {
  readonly server: WsServer;
  readonly #worker: Worker;

  private constructor(server: WsServer) {
    this.server = server;
    const script = `
      const socket = new WebSocket(${JSON.stringify(server.url)});
      setInterval(() => {
        if (socket.readyState === 1) socket.send("ping");
      }, 100);
    `;
    this.#worker = new Worker(
      `data:text/javascript,${encodeURIComponent(script)}`,
      { type: "module" },
    );
  }

  /** Starts it, with a server of its own. */
  static async start(): Promise<Control> {
    return new Control(await startWsServer());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.terminate();
    await this.server[Symbol.asyncDispose]();
  }
}

Deno.test(
  "ReconnectingWebSocket() answers pings of servers while the main thread is blocked",
  requires("python-websockets"),
  async () => {
    await using python = await startPythonServer({
      pingInterval: 1,
      pingTimeout: 1,
    });
    await using deno = await startDenoServer({ idleTimeout: 2 });
    await using ws = await startWsServer({ pingInterval: 500 });
    const servers = [python, deno, ws];
    await using sockets = new AsyncDisposableStack();
    const all = servers.flatMap((server) =>
      TRANSPORTS.map((transport) => {
        const options = { transport, heartbeat: false } as const;
        const socket = new ReconnectingWebSocket(server.url, [], options);
        return sockets.use(socket);
      })
    );
    const plain = new WorkerWebSocket(python.url);
    await next(plain, "open");
    await Promise.all(all.map((socket) => within(socket.opened)));
    block(4_500);
    for (const socket of all) {
      socket.send("still here");
      assertEquals(await socket.receive({ timeout: 5_000 }), "still here");
      assertEquals(socket.metrics().disconnects, 0);
    }
    plain.send("still here");
    await nextMessage(plain, (data) => data === "still here");
    const reports = await Promise.all(servers.map((each) => each.report()));
    assertEquals(reports.map(({ opened }) => opened), [3, 2, 2]);
    assertEquals(reports.map(({ open }) => open), [3, 2, 2]);
    plain.close();
    await next(plain, "close");
  },
);

for (const transport of TRANSPORTS) {
  Deno.test(`ReconnectingWebSocket() re-establishes a lost connection while the main thread is blocked (${transport})`, async () => {
    using counter = await startCounter();
    await using proxy = await startTcpProxy(counter.port);
    await using socket = new ReconnectingWebSocket(proxy.url, [], {
      transport,
      backoff: { strategy: "exponential", initialDelay: 50, maxDelay: 100 },
    });
    const log: (Count | "open" | "disconnect")[] = [];
    socket.addEventListener(
      "message",
      ({ data }) => log.push(readCount(data)),
    );
    socket.addEventListener("disconnect", () => log.push("disconnect"));
    socket.addEventListener("open", () => log.push("open"));
    await within(socket.opened);
    await proxy.schedule([{ at: 300, fault: { type: "reset" } }]);
    block(2_000);
    const unblockedAt = Date.now();
    await nextMessage(socket, (data) => readCount(data).at > unblockedAt);
    const states = log.filter((entry) => typeof entry === "string");
    assertEquals(states, ["open", "disconnect", "open"]);
    const resumed = log.lastIndexOf("open") + 1;
    const counts = log.filter((entry) => typeof entry === "object");
    const [first] = log.slice(resumed).filter((entry) =>
      typeof entry === "object"
    );
    assertLess(first?.at ?? Infinity, unblockedAt - 1_000);
    assert(counts.every(({ number }, index) => {
      const previous = counts[index - 1];
      return previous === undefined || number === previous.number + 1 ||
        (number === first?.number && number > previous.number);
    }));
    assertEquals((await proxy.report()).accepted, 2);
  });
}

const BURST = 20_000;

Deno.test("ReconnectingWebSocket() holds the inbox bound while the main thread is blocked", async () => {
  using counter = await startCounter();
  await using socket = new ReconnectingWebSocket(
    `${counter.url}?burst=${BURST}`,
    [],
    { inbox: { maxMessages: 1_000, overflow: "drop-oldest" } },
  );
  let dropped = 0;
  socket.addEventListener("drop", ({ count, reason }) => {
    if (reason === "overflow") dropped += count;
  });
  const messages = collect(socket);
  socket.addEventListener("open", () => block(1_500));
  const { number } = readCount(
    await nextMessage(socket, (data) => readCount(data).number > BURST),
  );
  const numbers = messages.map((data) => readCount(data).number);
  assertGreater(dropped, BURST / 2);
  assertEquals(numbers.indexOf(number) + 1 + dropped, number);
  assert(numbers.every((each, index) => each > (numbers[index - 1] ?? 0)));
});

for (const transport of ["tcp", "ws"] as const) {
  Deno.test(`ReconnectingWebSocket() loses nothing while the main thread is blocked when the inbox pauses (${transport})`, async () => {
    using counter = await startCounter();
    await using socket = new ReconnectingWebSocket(
      `${counter.url}?burst=${BURST}`,
      [],
      { transport, inbox: { maxMessages: 1_000, overflow: "pause" } },
    );
    const messages = collect(socket);
    socket.addEventListener("open", () => block(1_000));
    await nextMessage(socket, (data) => readCount(data).number > BURST);
    const numbers = messages.map((data) => readCount(data).number);
    assertEquals(numbers, numbers.map((_, index) => index + 1));
  });
}

Deno.test("ReconnectingWebSocket() closes a full inbox where the transport cannot pause", async () => {
  using counter = await startCounter();
  await using socket = new ReconnectingWebSocket(
    `${counter.url}?burst=${BURST}`,
    [],
    { transport: "native", inbox: { maxMessages: 1_000, overflow: "pause" } },
  );
  socket.addEventListener("message", () => {});
  socket.addEventListener("open", () => block(500), { once: true });
  const { error } = await next(socket, "error");
  assertInstanceOf(error, InboxOverflowError, String(error));
});
