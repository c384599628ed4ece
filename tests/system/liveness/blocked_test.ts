import { assert, assertEquals } from "@std/assert";
import { requires } from "../requirements.ts";
import { startPythonServer } from "../servers/echo/python_server.ts";
import {
  type FiredEvent,
  instant,
  SocketProgram,
  type SocketReport,
} from "../servers/remote/socket_program.ts";
import { startTcpProxy } from "../servers/tcp/tcp_proxy.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";

Deno.test(
  "ReconnectingWebSocket() answers a server's pings for 20 s of a blocked main thread, with both transports",
  requires("python-websockets"),
  async () => {
    await using server = await startPythonServer({
      pingInterval: 1,
      pingTimeout: 1,
    });
    await using program = new SocketProgram();
    for (const transport of ["ws", "native"] as const) {
      await program.open(transport, server.url, { transport });
    }
    const { sockets } = await program.block(20_000);
    const report = await server.report();
    assertEquals([report.open, report.opened], [2, 2]);
    for (const { status, events } of Object.values(sockets)) {
      assertEquals(status, "open");
      assertEquals(events.map(({ type }) => type), ["open"]);
    }
    await program.send("ws", "still here");
    await program.until(
      "ws",
      ({ events }) => events.at(-1)?.text === "still here",
    );
  },
);

Deno.test("ReconnectingWebSocket() finds out a dead peer and replaces it while the main thread is blocked", async () => {
  await using server = await startWsServer();
  await using proxy = await startTcpProxy(server.port);
  await using program = new SocketProgram();
  await program.open("a", proxy.url, {
    heartbeat: { interval: 200, timeout: 500 },
    backoff: { strategy: "exponential", initialDelay: 1, maxDelay: 10 },
  });
  const blocked = program.block(6_000);
  await proxy.schedule([
    { at: 0, fault: { type: "blackhole", direction: "both" } },
    // The attempt that is made before then waits for it.
    { at: 2_000, fault: { type: "clear" } },
  ]);
  await server.until(({ connections }) =>
    connections.some(({ id, pings }) => id > 1 && pings.count >= 3)
  );
  const start = instant();
  const { sockets: { a } } = await blocked;
  // The thread was still blocked when it was connected again.
  assert(instant() - start > 100);
  assertEquals(changesOf(a!).map(({ type }) => type), ["open"]);
  const report = await program.until("a", (it) => changesOf(it).length >= 3);
  const [, lost, back] = changesOf(report);
  assertEquals(lost?.error, "HeartbeatTimeoutError");
  assertEquals(back?.type, "open");
  await program.until("a", ({ status }) => status === "open");
});

/** What has happened to the connection; a heartbeat may come before all of it. */
function changesOf({ events }: SocketReport): readonly FiredEvent[] {
  return events.filter(({ type }) => type !== "heartbeat");
}
