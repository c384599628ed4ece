import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { TransportSet } from "../../lib/worker/transport_set.ts";
import { FakeTransport } from "../transport/fake_transport.ts";

const GOODBYE = { closeCode: 1000, reason: "bye" };

function fakeTransport(): FakeTransport {
  const ignore = () => {};
  return new FakeTransport({ url: "ws://x/", protocols: [], headers: {} }, {
    open: ignore,
    message: ignore,
    pong: ignore,
    room: ignore,
    end: ignore,
  });
}

Deno.test("Sockets.get() finds a transport until it is deleted", () => {
  const sockets = new TransportSet();
  const transport = fakeTransport();
  sockets.add(1, transport);
  assertStrictEquals(sockets.get(1), transport);
  assertEquals(sockets.nextSweep, Infinity);
  sockets.delete(1);
  assertEquals(sockets.get(1), undefined);
  sockets.opened(1);
  sockets.close(1, GOODBYE);
  sockets.abandon(1, GOODBYE, 5);
  assertEquals(transport.calls, []);
});

Deno.test("Sockets.close() reads on, or the answer would never be seen", () => {
  const sockets = new TransportSet();
  const transport = fakeTransport();
  sockets.add(1, transport);
  sockets.close(1, { closeCode: undefined, reason: "" });
  assertEquals(transport.calls, ["resume", "close undefined"]);
});

Deno.test("Sockets.abandon() drops what is connecting, since no close frame can go out", () => {
  const sockets = new TransportSet();
  const transport = fakeTransport();
  sockets.add(1, transport);
  sockets.abandon(1, GOODBYE, 5);
  assertEquals(transport.calls, ["terminate"]);
  assertEquals(sockets.get(1), undefined);
});

Deno.test("Sockets.sweep() drops what has not answered in time", () => {
  const sockets = new TransportSet();
  const [early, late] = [fakeTransport(), fakeTransport()];
  for (const [id, transport] of [[1, early], [2, late]] as const) {
    sockets.add(id, transport);
    sockets.opened(id);
    sockets.abandon(id, GOODBYE, id * 10);
  }
  assertEquals(early.calls, ["resume", "close 1000 bye"]);
  assertEquals(sockets.nextSweep, 10);
  sockets.sweep(9);
  assertEquals(early.calls.length, 2);
  sockets.sweep(10);
  assertEquals(early.calls.at(-1), "terminate");
  assertEquals(late.calls.at(-1), "close 1000 bye");
  assertEquals(sockets.nextSweep, 20);
});

Deno.test("Sockets.abandon() drops a transport that throws when it is closed", () => {
  const sockets = new TransportSet();
  const transport = fakeTransport();
  transport.broken.add("close").add("terminate");
  sockets.add(1, transport);
  sockets.opened(1);
  assertThrows(() => sockets.close(1, GOODBYE), Error, "broken");
  sockets.abandon(1, GOODBYE, 5);
  assertEquals(transport.calls.at(-1), "terminate");
  assertEquals(sockets.nextSweep, Infinity);
});

Deno.test("Sockets.clear() drops all, whatever one of them throws", () => {
  const sockets = new TransportSet();
  const transports = [fakeTransport(), fakeTransport()];
  for (const [id, transport] of transports.entries()) {
    transport.broken.add("terminate");
    sockets.add(id, transport);
  }
  sockets.clear();
  assertEquals(transports.map(({ calls }) => calls), [["terminate"], [
    "terminate",
  ]]);
});
