import { assert, assertEquals } from "@std/assert";
import {
  type Drop,
  RECEIVE_WINDOW_BYTES,
  SEND_WINDOW_BYTES,
} from "../../../lib/boundary/protocol.ts";
import {
  closeConnection,
  makeBench,
  makeOpenBench,
  settle,
  SETUP,
} from "../fake_worker.ts";

/** Credit of so many bytes is worth a record of its own. */
const PLENTY = RECEIVE_WINDOW_BYTES / 4;

Deno.test("RemoteConnection() posts its setup before it is ready", () => {
  const { workers: { last } } = makeBench();
  const connect = { type: "connect", id: 1, setup: SETUP } as const;
  assertEquals(last.posts, [[connect]]);
  last.ready();
  // It may have missed the first.
  assertEquals(last.posts, [[connect], [connect]]);
});

Deno.test("RemoteConnection.reconnect() crosses after what was sent before and ahead of what is sent next", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  await settle();
  connection.outgoing.push("a");
  connection.outgoing.push("b");
  connection.reconnect("why");
  connection.outgoing.push("c");
  await settle();
  const types = last.posts.flat().map(({ type }) => type);
  assertEquals(types.slice(types.indexOf("send")), [
    "send",
    "send",
    "reconnect",
  ]);
  assertEquals(last.sent, ["a", "b"]);
  last.open(1);
  assertEquals(last.sent, ["a", "b", "c"]);
});

Deno.test("RemoteConnection.reconnect() before there is a worker starts an idle connection", () => {
  const { connection, workers: { last } } = makeBench({
    setup: { ...SETUP, autoConnect: false },
  });
  connection.reconnect("");
  last.ready();
  assertEquals(last.all("connect")[0]?.setup.autoConnect, false);
  assertEquals(last.all("reconnect").length, 1);
});

Deno.test("RemoteConnection.answer() answers each request once", async () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  last.tell({ type: "request", id: 1, request: 7, what: "url" });
  assertEquals(recorder.take(), ["request 1 url"]);
  const answer = { kind: "value", value: "ws://localhost/" } as const;
  connection.answer(1, answer);
  connection.answer(1, answer);
  connection.answer(7, answer);
  await settle();
  assertEquals(last.all("answer"), [{
    type: "answer",
    id: 1,
    request: 7,
    answer,
  }]);
});

Deno.test("RemoteConnection.probe() is answered once, whatever happens", async () => {
  const { connection, recorder, workers: { last } } = makeBench();
  connection.probe(1);
  await settle();
  assertEquals(recorder.take(), ["probed 1 not-open"]);
  last.ready();
  last.open(1);
  recorder.take();
  for (const request of [2, 3, 4]) connection.probe(request);
  const result = { kind: "latency", latency: 5 } as const;
  last.tell({ type: "probed", id: 1, after: 0, request: 2, result });
  last.tell({ type: "probed", id: 1, after: 0, request: 2, result });
  last.fail("Boom");
  assertEquals(recorder.take(), [
    "probed 2 latency",
    "probed 3 failure",
    "probed 4 failure",
    "disconnected",
  ]);
});

Deno.test("RemoteConnection.close() lets what was queued go out first", async () => {
  const { connection, recorder, clock, workers: { last } } = makeOpenBench();
  const half = "x".repeat(SEND_WINDOW_BYTES / 2);
  for (let count = 0; count < 3; count += 1) connection.outgoing.push(half);
  connection.close(4000, "bye");
  await settle();
  assertEquals(last.all("close"), []);
  last.tell({ type: "taken", id: 1, upTo: 2 });
  await settle();
  assertEquals(last.sent.length, 3);
  assertEquals(last.all("close"), [
    { type: "close", id: 1, closeCode: 4000, reason: "bye", sent: 3 },
  ]);
  last.tell({ type: "taken", id: 1, upTo: 3 });
  last.close(1);
  assertEquals(recorder.take(), ["closed requested"]);
  assertEquals([clock.timers, last.state], [0, "ended"]);
});

Deno.test("RemoteConnection.close() waits for nobody longer than closeTimeout", async () => {
  const { connection, recorder, clock, workers: { last } } = makeOpenBench();
  const half = "x".repeat(SEND_WINDOW_BYTES / 2);
  for (let count = 0; count < 4; count += 1) connection.outgoing.push(half);
  await settle();
  last.tell({ type: "taken", id: 1, upTo: 1 });
  const { sent } = last;
  connection.close(undefined, "");
  clock.advance(SETUP.config.closeTimeout - 1);
  await settle();
  assertEquals(last.all("close"), []);
  clock.advance(1);
  await settle();
  assertEquals(last.all("close"), [{
    type: "close",
    id: 1,
    closeCode: undefined,
    reason: "",
    sent: 1,
  }]);
  assertEquals(last.sent.length, sent.length);
  assertEquals(recorder.take(), [
    `dropped ${4 - sent.length} ${
      (4 - sent.length) * half.length
    } outbound closed`,
  ]);
});

Deno.test("RemoteConnection.close() is not held up by a message that is cancelled", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  const big = "x".repeat(SEND_WINDOW_BYTES);
  connection.outgoing.push(big);
  const ticket = connection.outgoing.push(big);
  connection.close(1000, "");
  await settle();
  assertEquals(last.all("close"), []);
  assert(ticket !== "overflow");
  connection.cancel(ticket);
  await settle();
  assertEquals(last.all("close").map(({ sent }) => sent), [1]);
});

Deno.test("RemoteConnection.close() drops the queue of a connection that is not open", async () => {
  const { connection, recorder, workers: { last } } = makeBench();
  last.ready();
  connection.outgoing.push("a");
  connection.close(1000, "");
  connection.outgoing.push("late");
  await settle();
  assertEquals(last.all("close").map(({ sent }) => sent), [0]);
  assertEquals(recorder.take(), ["dropped 2 5 outbound closed"]);
});

Deno.test("RemoteConnection.close() drops the queue when the connection is lost meanwhile", async () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  const big = "x".repeat(SEND_WINDOW_BYTES);
  connection.outgoing.push(big);
  connection.outgoing.push("rest");
  connection.close(1000, "");
  await settle();
  last.lose(1);
  await settle();
  assertEquals(last.all("close").map(({ sent }) => sent), [0]);
  assertEquals(recorder.take(), [
    "dropped 1 4 outbound closed",
    "disconnected",
  ]);
});

Deno.test("RemoteConnection.close() ends a connection that no worker knows of", async () => {
  const { connection, recorder, clock, workers: { last } } = makeBench();
  connection.outgoing.push("a");
  connection.close(1000, "");
  connection.close(1000, "");
  await settle();
  assertEquals(recorder.take(), ["dropped 1 1 outbound closed"]);
  clock.advance(0);
  assertEquals(recorder.events, ["closed requested"]);
  assertEquals([clock.timers, last.state], [0, "ended"]);
});

Deno.test("RemoteConnection.close() delivers no message any more", async () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  connection.incoming.consume("push");
  recorder.onevent = (event) =>
    event === "message a" && connection.close(1000, "");
  last.deliver(["a", "b"], { bytes: PLENTY });
  last.deliver(["c"], { first: 3, bytes: PLENTY });
  last.close(1, 3);
  await settle();
  assertEquals(recorder.take(), [
    "message a",
    "dropped 2 2 inbound closed",
    "closed requested",
  ]);
  const consumed = last.all("consumed");
  assertEquals(consumed.reduce((sum, { messages }) => sum + messages, 0), 3);
});

Deno.test("RemoteConnection.crashed() keeps what had not crossed, and repeats nothing that had", async () => {
  const { connection, recorder, clock, workers } = makeOpenBench();
  for (const text of ["a", "b"]) connection.outgoing.push(text);
  connection.outgoing.push(new ArrayBuffer(3));
  await settle();
  workers.last.lose(1);
  connection.outgoing.push("c");
  workers.last.fail("Boom");
  await settle();
  assertEquals(recorder.take(), [
    "disconnected",
    "dropped 3 5 outbound unknown",
  ]);
  assertEquals(connection.outgoing.messages, 1);
  clock.advance(5_000);
  workers.last.ready();
  workers.last.open(2);
  assertEquals(workers.last.sent, ["c"]);
  assertEquals(workers.last.all("send")[0]?.first, 1);
  assertEquals(recorder.take(), ["opened again"]);
});

Deno.test("RemoteConnection.crashed() reports what may have been sent as unknown", async () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  connection.outgoing.push("a");
  connection.outgoing.push("b");
  await settle();
  last.tell({ type: "taken", id: 1, upTo: 1 });
  last.fail("Boom");
  await settle();
  assertEquals(recorder.take(), [
    "dropped 1 1 outbound unknown",
    "disconnected",
  ]);
});

Deno.test("RemoteConnection.crashed() keeps what waits to be pulled, and forgets its requests", async () => {
  const { connection, recorder, clock, workers } = makeOpenBench();
  connection.incoming.consume("pull");
  workers.last.deliver(["a"]);
  workers.last.tell({ type: "request", id: 1, request: 1, what: "token" });
  workers.last.fail("Boom");
  clock.advance(5_000);
  workers.last.ready();
  workers.last.tell({ type: "request", id: 2, request: 1, what: "token" });
  connection.answer(1, { kind: "value", value: "old" });
  assertEquals(recorder.take(), [
    "request 1 token",
    "disconnected",
    "request 2 token",
  ]);
  assertEquals(connection.incoming.pull(), "a");
  await settle();
  assertEquals(workers.last.all("answer"), []);
  assertEquals(workers.last.all("consumed"), []);
});

Deno.test("RemoteConnection.crashed() ends a connection that was closing", async () => {
  const { connection, recorder, clock, workers: { last } } = makeOpenBench();
  connection.close(1000, "");
  last.fail("Boom");
  await settle();
  assertEquals(recorder.take(), ["closed requested"]);
  assertEquals([clock.timers, last.state], [0, "ended"]);
});

Deno.test("RemoteConnection.crashed() leaves an idle connection idle", () => {
  const { recorder, clock, workers } = makeBench({
    setup: { ...SETUP, autoConnect: false },
  });
  workers.last.ready();
  workers.last.tell({
    type: "status",
    id: 1,
    after: 0,
    status: { kind: "idle", attempt: 0 },
  });
  workers.last.fail("Boom");
  clock.advance(5_000);
  workers.last.ready();
  assertEquals(workers.last.all("connect")[0]?.setup.autoConnect, false);
  assertEquals(recorder.events, ["status idle"]);
});

Deno.test("RemoteConnection.reconnect() does not wait for the backoff of a worker that crashed", () => {
  const { connection, workers } = makeOpenBench();
  workers.last.fail("Boom");
  connection.reconnect("");
  connection.reconnect("");
  assertEquals(workers.started.length, 2);
  workers.last.ready();
  assertEquals(workers.last.all("connect").length, 1);
  closeConnection(connection, workers.last);
});

Deno.test("RemoteConnection.unsent() reports a message, with its number if it has one", async () => {
  const { connection, recorder } = makeBench();
  const drops: Drop[] = [];
  recorder.dropped = (each) => void drops.push(each);
  connection.unsent(2, "closed", 5);
  connection.unsent(2, "expired");
  await settle();
  const drop = { count: 1, bytes: 2, direction: "outbound" } as const;
  assertEquals(drops, [
    { ...drop, reason: "closed", first: 5, last: 5 },
    { ...drop, reason: "expired" },
  ]);
});
