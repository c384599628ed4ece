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
    answered: note("answered"),
    hasRoom: note("hasRoom"),
    ended: note("ended"),
  };
  const listener = new SocketTransportListener(events, 7);
  const opened = { protocol: "p", extensions: "x" };
  listener.open(opened);
  listener.message("text", 4);
  listener.pong("7.1");
  listener.writable();
  listener.end(LOST, undefined);
  assertEquals(calls, [
    ["opened", 7, opened],
    ["received", 7, "text", 4],
    ["answered", 7, "7.1"],
    ["hasRoom", 7],
    ["ended", 7, LOST, undefined],
  ]);
});
