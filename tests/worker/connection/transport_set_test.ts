import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { TransportSet } from "../../../lib/worker/connection/transport_set.ts";
import { FakeTransport } from "../../transport/fake_transport.ts";

const FRAME = { closeCode: 1000, reason: "bye" };

function fakeTransport(): FakeTransport {
  const ignore = () => {};
  return new FakeTransport({ url: "ws://x/", protocols: [], headers: {} }, {
    open: ignore,
    message: ignore,
    pong: ignore,
    writable: ignore,
    end: ignore,
  });
}

Deno.test("TransportSet.get() finds a transport until it is deleted", () => {
  const set = new TransportSet();
  const transport = fakeTransport();
  set.add(1, transport);
  assertStrictEquals(set.get(1), transport);
  assertEquals(set.nextSweep, Infinity);
  set.delete(1);
  assertEquals(set.get(1), undefined);
  set.opened(1);
  set.close(1, FRAME);
  set.abandon(1, FRAME, 5);
  assertEquals(transport.calls, []);
});

Deno.test("TransportSet.close() reads on, so that the answer can come", () => {
  const set = new TransportSet();
  const transport = fakeTransport();
  set.add(1, transport);
  set.close(1, { closeCode: undefined, reason: "" });
  assertEquals(transport.calls, ["resume", "close undefined"]);
});

Deno.test("TransportSet.abandon() drops what is connecting, since no close frame can go out", () => {
  const set = new TransportSet();
  const transport = fakeTransport();
  set.add(1, transport);
  set.abandon(1, FRAME, 5);
  assertEquals(transport.calls, ["terminate"]);
  assertEquals(set.get(1), undefined);
});

Deno.test("TransportSet.sweep() drops what has not answered in time", () => {
  const set = new TransportSet();
  const [early, late] = [fakeTransport(), fakeTransport()];
  for (const [id, transport] of [[1, early], [2, late]] as const) {
    set.add(id, transport);
    set.opened(id);
    set.abandon(id, FRAME, id * 10);
  }
  assertEquals(early.calls, ["resume", "close 1000 bye"]);
  assertEquals(set.nextSweep, 10);
  set.sweep(9);
  assertEquals(early.calls.length, 2);
  set.sweep(10);
  assertEquals(early.calls.at(-1), "terminate");
  assertEquals(late.calls.at(-1), "close 1000 bye");
  assertEquals(set.nextSweep, 20);
});

Deno.test("TransportSet.abandon() drops a transport that throws when it is closed", () => {
  const set = new TransportSet();
  const transport = fakeTransport();
  transport.broken.add("close").add("terminate");
  set.add(1, transport);
  set.opened(1);
  assertThrows(() => set.close(1, FRAME), Error, "broken");
  set.abandon(1, FRAME, 5);
  assertEquals(transport.calls.at(-1), "terminate");
  assertEquals(set.nextSweep, Infinity);
});

Deno.test("TransportSet.clear() drops all, whatever one of them throws", () => {
  const set = new TransportSet();
  const transports = [fakeTransport(), fakeTransport()];
  for (const [id, transport] of transports.entries()) {
    transport.broken.add("terminate");
    set.add(id, transport);
  }
  set.clear();
  assertEquals(transports.map(({ calls }) => calls), [["terminate"], [
    "terminate",
  ]]);
});

Deno.test("TransportSet.outputOf() says whether what was sent has left", () => {
  const set = new TransportSet();
  const transport = fakeTransport();
  set.add(1, transport);
  assertEquals(set.outputOf(1), "flowing");
  transport.bufferedAmount = 1;
  assertEquals(set.outputOf(1), "stalled");
  assertEquals(set.outputOf(2), "flowing");
});
