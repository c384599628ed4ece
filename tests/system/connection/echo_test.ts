import { assert, assertEquals } from "@std/assert";
import { ReconnectingWebSocket, WorkerWebSocket } from "@holdfast/websocket";
import { ECHO_SERVERS, SETTINGS } from "./matrix.ts";
import { requires } from "../requirements.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { collect, next, nextMessage, pull, within } from "../waiting.ts";

const MEBIBYTE = 1024 * 1024;
const TEN_THOUSAND = Array.from({ length: 10_000 }, (_, index) => `${index}`);

for (const { server, start, needs } of ECHO_SERVERS) {
  for (const { name, options } of SETTINGS) {
    Deno.test(
      `ReconnectingWebSocket() exchanges each kind of message with ${server} (${name})`,
      requires(...needs),
      async () => {
        await using remote = await start({ protocols: ["b"] });
        await using socket = new ReconnectingWebSocket(
          `${remote.url}/path?q=1`,
          ["a", "b"],
          options,
        );
        assertEquals((await within(socket.opened)).protocol, "b");
        const texts = ["", "text", "añ€😀", "x".repeat(MEBIBYTE)];
        for (const text of texts) socket.send(text);
        assertEquals(await pull(socket, texts.length), texts);
        for (const size of [0, 3, 70_000, MEBIBYTE]) {
          const bytes = Uint8Array.from({ length: size }, (_, index) => index);
          socket.send(bytes);
          assertSameBytes(await socket.receive(), bytes);
        }
        await remote.send("pushed");
        assertEquals(await socket.receive(), "pushed");
        const [connection] = await remote.history();
        assertEquals(connection?.target, "/path?q=1");
        assertEquals(connection?.messages.count, 8);
      },
    );

    // In-thread it is the same engine: one server is enough.
    if (options.worker === "none" && server !== "npm:ws") continue;
    Deno.test(
      `ReconnectingWebSocket() keeps 10,000 messages in order with ${server} (${name})`,
      requires(...needs),
      async () => {
        await using remote = await start();
        await using socket = new ReconnectingWebSocket(remote.url, [], options);
        for (const text of TEN_THOUSAND) socket.send(text);
        assertEquals(await pull(socket, 10_000), TEN_THOUSAND);
        assertEquals(socket.bufferedAmount, 0);
      },
    );
  }
}

for (const { name, options } of SETTINGS) {
  Deno.test(`WorkerWebSocket() exchanges each kind of message (${name})`, async () => {
    await using server = await startWsServer({ protocols: ["b"] });
    const socket = new WorkerWebSocket(server.url, ["a", "b"], options);
    socket.binaryType = "arraybuffer";
    await next(socket, "open");
    assertEquals(socket.protocol, "b");
    const bytes = Uint8Array.of(1, 2, 3);
    const sent = ["", "añ€😀", "x".repeat(MEBIBYTE), ...TEN_THOUSAND];
    const messages = collect(socket);
    for (const text of sent) socket.send(text);
    socket.send(bytes);
    await nextMessage(socket, (data) => data instanceof ArrayBuffer);
    assertEquals(messages.slice(0, -1), sent);
    assertSameBytes(messages.at(-1), bytes);
    socket.close(3001, "enough");
    const { code, reason, wasClean } = await next(socket, "close");
    assertEquals([code, reason, wasClean], [3001, "enough", true]);
    const { connections } = await server.until(({ open }) => open === 0);
    assertEquals(connections[0]?.closeCode, 3001);
    assertEquals(connections[0]?.reason, "enough");
  });
}

/** A mebibyte is compared faster without a diff. */
function assertSameBytes(data: unknown, expected: Uint8Array): void {
  assert(data instanceof ArrayBuffer);
  const bytes = new Uint8Array(data);
  assertEquals(bytes.length, expected.length);
  assert(bytes.every((byte, index) => byte === expected[index]));
}
