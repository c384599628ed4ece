import { assertEquals } from "@std/assert";
import { LOST } from "../../../lib/rfc6455/close.ts";
import {
  SocketTransportListener,
  type TransportEvents,
} from "../../../lib/worker/connection/transport_listener.ts";

Deno.test("SocketTransportListener() passes on each event under its socket's number", () => {
  const calls: unknown[] = [];
  const note = (name: string) => (...values: unknown[]) => {
    calls.push([name, ...values]);
  };
  const events: TransportEvents = {
    opened: note("opened"),
    received: note("received"),
    takesPacks: (socket) => socket === 7,
    answered: note("answered"),
    writable: note("writable"),
    ended: note("ended"),
  };
  const listener = new SocketTransportListener(events, 7);
  const buffer = new ArrayBuffer(0);
  const opened = { protocol: "p", extensions: "x" };
  listener.open(opened);
  listener.message("text", 4);
  const pack = { kind: "ascii", count: 2, bytes: 9, buffer } as const;
  assertEquals(listener.takesPacks, true);
  listener.pack(pack);
  listener.pong("7.1");
  listener.writable();
  listener.end(LOST, undefined);
  assertEquals(calls, [
    ["opened", 7, opened],
    ["received", 7, "text", 4],
    ["received", 7, pack, 9],
    ["answered", 7, "7.1"],
    ["writable", 7],
    ["ended", 7, LOST, undefined],
  ]);
});
