import { assertEquals } from "@std/assert";
import { SocketCounters } from "../../../lib/client/socket/socket_counters.ts";
import { makeOpenBench, settle } from "../fake_worker.ts";

Deno.test("SocketCounters.read() counts as sent what was accepted, is not waiting and was not dropped", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  const counters = new SocketCounters();
  for (const text of ["a", "bc", "def"]) connection.outgoing.push(text);
  await settle();
  last.tell({ type: "unsent", id: 1, message: 1, reason: "rejected" });
  last.tell({ type: "taken", id: 1, upTo: 2 });
  counters.onDropped({
    count: 1,
    bytes: 1,
    direction: "outbound",
    reason: "rejected",
  });
  const { sent, outbox, droppedOutbound } = counters.read(connection);
  assertEquals(sent, { messages: 1, bytes: 2 });
  assertEquals(outbox, { messages: 1, bytes: 3 });
  assertEquals(droppedOutbound, { messages: 1, bytes: 1 });
});

Deno.test("SocketCounters.read() counts what arrived, read or not", () => {
  const { connection, workers: { last } } = makeOpenBench();
  last.deliver(["a", "bc"]);
  const { received, inbox } = new SocketCounters().read(connection);
  assertEquals([received, inbox], [{ messages: 2, bytes: 3 }, 2]);
});

Deno.test("SocketCounters.onDropped() sums up each direction by itself", () => {
  const { connection } = makeOpenBench();
  const counters = new SocketCounters();
  const drop = { count: 2, bytes: 5, reason: "overflow" } as const;
  for (const direction of ["inbound", "inbound", "outbound"] as const) {
    counters.onDropped({ ...drop, direction });
  }
  const { droppedInbound, droppedOutbound } = counters.read(connection);
  assertEquals(droppedInbound, { messages: 4, bytes: 10 });
  assertEquals(droppedOutbound, { messages: 2, bytes: 5 });
});

Deno.test("SocketCounters.onHeartbeat() keeps the latest latency and the longest gap", () => {
  const { connection } = makeOpenBench();
  const counters = new SocketCounters();
  assertEquals(counters.read(connection).latency, undefined);
  for (const [latency, longestGap] of [[3, 20], [2, 10]] as const) {
    const notice = { type: "heartbeat", id: 1, after: 0 } as const;
    counters.onHeartbeat({ ...notice, latency, longestGap });
  }
  const { latency, longestHeartbeatGap } = counters.read(connection);
  assertEquals([latency, longestHeartbeatGap], [2, 20]);
});

Deno.test("SocketCounters.onDropped() counts nothing again that the server's store has lost", () => {
  const { connection } = makeOpenBench();
  const counters = new SocketCounters();
  const direction = "outbound";
  counters.onDropped({ count: 2, bytes: 0, direction, reason: "rolled-back" });
  const { sent, droppedOutbound } = counters.read(connection);
  assertEquals([sent.messages, droppedOutbound.messages], [0, 0]);
});
