import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { instant, SocketProgram } from "../servers/remote/socket_program.ts";
import { startTcpProxy } from "../servers/tcp/tcp_proxy.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { next, within } from "../waiting.ts";

const SLACK = 250;
const INTERVAL = 500;
const TIMEOUT = 500;
/** Longer than interval and timeout together, and than what passes for a late tick. */
const STOP = 3_000;

for (const transport of ["tcp", "ws", "native"] as const) {
  Deno.test(`ReconnectingWebSocket() finds out that the server was stopped, and comes back when it continues (${transport})`, async () => {
    await using server = await startWsServer({}, "process");
    await using socket = new ReconnectingWebSocket(server.url, [], {
      transport,
      heartbeat: {
        interval: INTERVAL,
        timeout: TIMEOUT,
        ...transport === "native" && { message: "ping", expect: "ping" },
      },
      openTimeout: 500,
      closeTimeout: 5_000,
      backoff: { strategy: "exponential", initialDelay: 50, maxDelay: 50 },
    });
    await within(socket.opened);
    await next(socket, "heartbeat");
    const { connections } = await server.report();
    const { id } = connections.find(({ closedAt }) => closedAt === undefined)!;
    const stoppedAt = instant();
    server.suspend();
    const loss = await next(socket, "disconnect");
    const took = instant() - stoppedAt;
    assertEquals(loss.error?.name, "HeartbeatTimeoutError");
    assert(took <= INTERVAL + TIMEOUT + SLACK, `Found out in ${took} ms`);
    // The kernel still accepts TCP for a process that is stopped.
    const attempt = await next(socket, "disconnect");
    assertEquals(attempt.error?.name, "OpenTimeoutError");
    const back = next(socket, "open");
    server.resume();
    await back;
    const { connections: [stopped] } = await server.until(({ connections }) =>
      connections[id - 1]?.closedAt !== undefined
    );
    assertEquals(
      [stopped?.closeCode, stopped?.reason],
      [transport === "native" ? 4011 : 1011, "keepalive ping timeout"],
    );
  });
}

Deno.test("ReconnectingWebSocket() keeps a healthy connection after its own process was stopped", async () => {
  await using server = await startWsServer();
  await using program = new SocketProgram();
  const heartbeat = { interval: INTERVAL, timeout: TIMEOUT };
  await program.open("frames", server.url, { heartbeat, probeTimeout: 1_000 });
  await program.open("messages", server.url, {
    transport: "native",
    heartbeat: { ...heartbeat, message: "ping", expect: "ping" },
    probeTimeout: 1_000,
  });
  await program.open("idle", server.url, {
    heartbeat,
    idleTimeout: 1_000,
    probeTimeout: 1_000,
  });
  program.suspend();
  await delay(STOP);
  program.resume();
  for (const name of ["frames", "messages", "idle"]) {
    for (let pings = 0; pings < 3; pings += 1) {
      await program.next(name, "heartbeat");
    }
  }
  const { opened, open } = await server.report();
  assertEquals([opened, open], [3, 3]);
});

Deno.test("ReconnectingWebSocket() replaces within probeTimeout what was lost while its own process was stopped", async () => {
  const probeTimeout = 700;
  await using server = await startWsServer();
  await using proxy = await startTcpProxy(server.port);
  await using program = new SocketProgram();
  await program.open("a", proxy.url, {
    heartbeat: { interval: 60_000, timeout: 60_000 },
    probeTimeout,
    // Or it would count as one that was dropped right after it had opened.
    stableAfter: 0,
  });
  program.suspend();
  // The server forgets the connection, and the network does not say so.
  await proxy.apply({ type: "hold-close" });
  await server.drop();
  await delay(STOP);
  const resumedAt = instant();
  program.resume();
  const { events } = await program.until(
    "a",
    ({ events }) => events.length === 3,
  );
  assertEquals(events.map(({ type }) => type), ["open", "disconnect", "open"]);
  assertEquals([events[1]?.error, events[1]?.delay], [
    "HeartbeatTimeoutError",
    0,
  ]);
  const took = events[2]!.at - resumedAt;
  assert(took <= probeTimeout + SLACK, `Replaced in ${took} ms`);
});
