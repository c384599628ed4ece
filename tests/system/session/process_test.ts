/** Sockets with a session, and a server in a process of its own. */

import { assert, assertEquals } from "@std/assert";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { ServerProcess } from "../../../examples/session/server_process.ts";
import { startTcpProxy, type TcpProxy } from "../servers/tcp/tcp_proxy.ts";
import { blockIdly, next } from "../waiting.ts";

const FAST = {
  strategy: "exponential",
  initialDelay: 1,
  maxDelay: 10,
} as const;

Deno.test("session: goes on while the main thread is frozen", async () => {
  await using server = await ServerProcess.start();
  await using proxy = await startTcpProxy(server.port);
  await using socket = connect(proxy);
  const got = collect(socket);
  await socket.opened;
  const before = await proxy.report();
  for (let count = 0; count < 100; count += 1) socket.send(`${count}`);
  await proxy.schedule([
    { at: 100, fault: { type: "reset" } },
    { at: 600, fault: { type: "reset" } },
    { at: 3_100, fault: { type: "refuse" } },
  ]);
  // One turn, in which the messages cross.
  await new Promise((resolve) => setTimeout(resolve));
  blockIdly(3_000);
  // All of it has happened before any event of it reached this thread.
  const after = await proxy.report();
  assert(after.accepted >= before.accepted + 2, `${after.accepted}`);
  await until(socket, () => got.length === 100);
  assertEquals(got, Array.from({ length: 100 }, (_, count) => `${count}`));
  assertEquals(socket.session?.received, 100);
});

Deno.test("session: loses nothing when the server's process is killed", async () => {
  await using server = await ServerProcess.start();
  const ports = [server.port];
  await using socket = new ReconnectingWebSocket(
    () => `ws://127.0.0.1:${ports.at(-1)}`,
    [],
    { session: true, backoff: FAST },
  );
  const got = collect(socket);
  await socket.opened;
  let sent = 0;
  for (let round = 0; round < 3; round += 1) {
    const resumed = next(socket, "open");
    const sending = setInterval(() => socket.send(`${sent++}`), 5);
    await until(socket, () => got.length > round * 50 + 20);
    await server.kill();
    ports.push(await server.restart());
    assertEquals((await resumed).session?.kind, "resumed");
    clearInterval(sending);
  }
  await until(socket, () => got.length === sent);
  assertEquals(got, Array.from({ length: sent }, (_, count) => `${count}`));
});

function connect(proxy: TcpProxy): ReconnectingWebSocket {
  const options = { session: true, backoff: FAST };
  return new ReconnectingWebSocket(proxy.url, [], options);
}

function collect(socket: ReconnectingWebSocket): readonly unknown[] {
  const list: unknown[] = [];
  socket.addEventListener("message", ({ data }) => list.push(data));
  return list;
}

/** Waits until something is true, looking again with each message. */
async function until(
  socket: ReconnectingWebSocket,
  isTrue: () => boolean,
): Promise<void> {
  while (!isTrue()) await next(socket, "message");
}
