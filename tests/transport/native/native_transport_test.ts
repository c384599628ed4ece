import { assertEquals, assertThrows } from "@std/assert";
import { loadTransport } from "../../../lib/transport/load.ts";
import { nativeTransport as silent } from "../../../lib/transport/native/native_transport.ts";
import { replace } from "../../globals.ts";
import { startWsServer } from "../../system/servers/echo/ws_server.ts";
import { Recorder } from "../recorder.ts";
import { testTransport } from "../transport_suite.ts";

const nativeTransport = await loadTransport("native", "shared");

testTransport({
  symbol: "nativeTransport",
  load: () => Promise.resolve(nativeTransport),
  wireCodes: { 1002: 4002, 1009: 4009, 1011: 4011 },
  // Deno takes the end of TCP for a close frame without a code.
  unanswered: undefined,
  // Deno says "tcp connect error" of unreachable hosts too.
  refused: "unknown",
  refusal: { headers: {} },
});

Deno.test("nativeTransport has no pings", async () => {
  await using server = await startWsServer();
  const socket = new Recorder(nativeTransport, server.url);
  await socket.next("open");
  assertThrows(() => socket.transport.ping("1"), TypeError);
  socket.do(() => socket.transport.pause());
  socket.do(() => socket.transport.resume());
  socket.do(() => socket.transport.close(1000, ""));
  await socket.next("end");
});

Deno.test("nativeTransport refuses a User-Agent, which Deno would send besides its own", () => {
  const target = { headers: { "user-agent": "kiosk/7" } };
  assertThrows(
    () => new Recorder(nativeTransport, "ws://localhost:1/", target),
    TypeError,
    'transport: "tcp"',
  );
});

Deno.test("nativeTransport measures texts of any length", async () => {
  await using server = await startWsServer();
  const socket = new Recorder(nativeTransport, server.url);
  await socket.next("open");
  for (const text of ["\u{10348}".repeat(5), "\u20ac".repeat(30_000)]) {
    socket.do(() => socket.transport.send(text));
    const { bytes } = await socket.next("message");
    assertEquals(bytes, new TextEncoder().encode(text).length);
  }
  socket.do(() => socket.transport.close(1000, ""));
  await socket.next("end");
});

Deno.test("nativeTransport refuses handshake headers where the platform takes none", () => {
  const headers = { "x-key": "k" };
  assertThrows(
    () => new Recorder(silent, "ws://127.0.0.1:1/", { headers }),
    TypeError,
    "handshake headers",
  );
});

Deno.test("nativeTransport calls it a loss when a restored page gets error and close 1006", async () => {
  using _socket = replace(globalThis, "WebSocket", RestoredWebSocket);
  const socket = new Recorder(silent, "ws://localhost:1/");
  await socket.next("open");
  const { info, failure } = await socket.next("end");
  assertEquals([info.closeCode, info.wasClean], [1006, false]);
  assertEquals([failure?.type], ["lost"]);
});

/** What Chromium fires when it restores a page from the back/forward cache. */
class RestoredWebSocket {
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly protocol = "";
  readonly extensions = "";

  constructor() {
    queueMicrotask(() => {
      this.onopen?.(new Event("open"));
      this.onerror?.(new Event("error"));
      this.onclose?.(new CloseEvent("close", { code: 1006 }));
    });
  }
}

Deno.test("nativeTransport says only that it failed, where the platform hides why", async () => {
  const socket = new Recorder(silent, "ws://localhost:1/");
  assertEquals((await socket.next("end")).failure, {
    type: "connect",
    kind: "unknown",
    detail: "The platform does not say why",
  });
});
