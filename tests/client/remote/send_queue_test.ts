import { assert, assertEquals } from "@std/assert";
import type { SendOutcome } from "../../../lib/client/remote/send_queue.ts";
import { SEND_WINDOW_BYTES } from "../../../lib/boundary/protocol.ts";
import { TRANSFER_FROM } from "../../../lib/boundary/transfer.ts";
import {
  LIMITS,
  makeBench,
  makeOpenBench,
  settle,
  turn,
} from "../fake_worker.ts";

Deno.test("SendQueue.push() keeps messages on this side until the connection is open", async () => {
  const { connection, workers: { last } } = makeBench();
  connection.outgoing.push("a");
  last.ready();
  connection.outgoing.push("b");
  await settle();
  assertEquals(last.sent, []);
  last.open(1);
  assertEquals(last.sent, ["a", "b"]);
});

Deno.test("SendQueue.push() lets queued messages precede those sent in the open listener", async () => {
  const { connection, recorder, workers: { last } } = makeBench();
  for (const text of ["a", "b", "c"]) connection.outgoing.push(text);
  recorder.onevent = (event) =>
    event === "opened" && connection.outgoing.push("late");
  last.ready();
  last.open(1);
  await settle();
  assertEquals(last.sent, ["a", "b", "c", "late"]);
});

Deno.test("SendQueue.push() transfers large buffers and copies small ones", () => {
  const { connection, workers: { last } } = makeOpenBench();
  const large = new ArrayBuffer(TRANSFER_FROM);
  const small = new ArrayBuffer(TRANSFER_FROM - 1);
  connection.outgoing.push(large);
  connection.outgoing.push(small);
  last.tell({ type: "ack" });
  assertEquals(last.sent, [new ArrayBuffer(TRANSFER_FROM), small]);
  assertEquals([large.detached, small.detached], [true, false]);
});

Deno.test("SendQueue.push() counts UTF-8 bytes until the transport has them", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  connection.outgoing.push("aé€😀\ud800");
  connection.outgoing.push(new ArrayBuffer(5));
  connection.outgoing.push(new Blob(["abc"]));
  assertEquals(connection.outgoing.bytes, 13 + 5 + 3);
  assertEquals(connection.outgoing.messages, 3);
  await turn();
  last.tell({ type: "taken", id: 1, upTo: 2 });
  assertEquals([connection.outgoing.bytes, connection.outgoing.messages], [
    3,
    1,
  ]);
  last.tell({ type: "taken", id: 1, upTo: 3 });
  assertEquals([connection.outgoing.bytes, connection.outgoing.messages], [
    0,
    0,
  ]);
});

Deno.test("SendQueue.push() lets a Blob neither overtake nor be overtaken", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  connection.outgoing.push("a");
  connection.outgoing.push(new Blob(["b", "c"]));
  connection.outgoing.push("d");
  connection.outgoing.push(new Blob(["e"]));
  connection.outgoing.push("f");
  while (last.sent.length < 5) await turn();
  const texts = last.sent.map((data) =>
    typeof data === "string"
      ? data
      : new TextDecoder().decode(data as ArrayBuffer)
  );
  assertEquals(texts, ["a", "bc", "d", "e", "f"]);
});

Deno.test("SendQueue.push() crosses at once, then gathers what the same task sends", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  await settle();
  const before = last.posts.length;
  for (const text of ["a", "b", "c"]) connection.outgoing.push(text);
  assertEquals(last.posts.length - before, 1);
  await settle();
  assertEquals(last.posts.length - before, 2);
  assertEquals(last.sent, ["a", "b", "c"]);
});

Deno.test("SendQueue.push() keeps what is over the window, and in order", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  const big = "x".repeat(SEND_WINDOW_BYTES / 2);
  for (let index = 0; index < 4; index += 1) {
    connection.outgoing.push(index + big);
  }
  await settle();
  assertEquals(last.sent.length, 1);
  last.tell({ type: "taken", id: 1, upTo: 1 });
  last.tell({ type: "taken", id: 1, upTo: 2 });
  last.tell({ type: "taken", id: 1, upTo: 3 });
  await settle();
  assertEquals(last.sent.map((data) => String(data)[0]), ["0", "1", "2", "3"]);
});

Deno.test("SendQueue.push() lets a message larger than the window cross alone", () => {
  const { connection, workers: { last } } = makeOpenBench();
  connection.outgoing.push("x".repeat(SEND_WINDOW_BYTES * 2));
  assertEquals(last.sent.length, 1);
});

Deno.test("SendQueue.push() rejects at the bound, in messages and in bytes", () => {
  const limits = { maxMessages: 2, maxBytes: 10, overflow: "reject" } as const;
  const { connection } = makeBench({ limits });
  assert(connection.outgoing.push("123456") !== "overflow");
  assertEquals(connection.outgoing.push("é€"), "overflow");
  assert(connection.outgoing.push("1") !== "overflow");
  assertEquals(connection.outgoing.push(""), "overflow");
  assertEquals(connection.outgoing.bytes, 7);
});

Deno.test("SendQueue.push() reports what it drops at the bound", async () => {
  const limits = {
    maxMessages: 2,
    maxBytes: 100,
    overflow: "drop-oldest",
  } as const;
  const { connection, recorder, workers: { last } } = makeBench({ limits });
  const outcomes: SendOutcome[] = [];
  connection.outgoing.push("a", {
    settle: (outcome) => outcomes.push(outcome),
  });
  for (const text of ["b", "c", "d"]) connection.outgoing.push(text);
  assertEquals(recorder.take(), []);
  await settle();
  assertEquals(recorder.take(), ["dropped 2 2 outbound overflow"]);
  assertEquals(outcomes, [{ kind: "dropped", reason: "overflow" }]);
  last.ready();
  last.open(1);
  last.tell({ type: "taken", id: 1, upTo: 1 });
  assertEquals(last.sent, ["c", "d"]);
});

Deno.test("SendQueue.openGate() lets nothing cross that has expired, though its timer is late", async () => {
  const { connection, recorder, workers: { last } } = makeBench();
  last.ready();
  connection.outgoing.push("too early", { ttl: 0 });
  connection.outgoing.push("in time", { ttl: 10 });
  last.open(1);
  await settle();
  const [dropped] = recorder.take();
  assertEquals([dropped, last.sent], [
    "dropped 1 9 outbound expired",
    ["in time"],
  ]);
});

Deno.test("SendQueue.fill() lets nothing cross that has expired while the thread was blocked, though room comes before the timer", async () => {
  const limits = { ...LIMITS, maxMessages: 4 };
  const { connection, clock, recorder, workers: { last } } = makeOpenBench({
    limits,
  });
  for (const text of ["a", "b"]) connection.outgoing.push(text);
  connection.outgoing.push("stale", { ttl: 100 });
  connection.outgoing.push("fresh", { ttl: 1_000 });
  await settle();
  clock.stall(500);
  last.tell({ type: "taken", id: 1, upTo: 2 });
  await settle();
  assertEquals(last.sent, ["a", "b", "fresh"]);
  assertEquals(recorder.take(), ["dropped 1 5 outbound expired"]);
});

Deno.test("SendQueue.fill() lets all cross that a turn sends, even with a ttl of 0", async () => {
  const { connection, clock, workers: { last } } = makeOpenBench();
  for (const text of ["a", "b", "c"]) {
    connection.outgoing.push(text, { ttl: 0 });
    clock.stall(10);
  }
  await settle();
  assertEquals(last.sent, ["a", "b", "c"]);
});

Deno.test("SendQueue.push() drops expired messages by one timer", async () => {
  const { connection, clock, recorder, workers: { last } } = makeBench();
  last.ready();
  const timers = clock.timers;
  connection.outgoing.push("short", { ttl: 10 });
  for (let index = 0; index < 5; index += 1) {
    connection.outgoing.push("long", { ttl: 100 });
  }
  connection.outgoing.push("for ever");
  assertEquals(clock.timers, timers + 1);
  clock.advance(10);
  await settle();
  assertEquals(recorder.take(), ["dropped 1 5 outbound expired"]);
  last.open(1);
  const [sent] = last.all("send");
  assertEquals([sent?.messages[0], sent?.messages.at(-1)], [
    "long",
    "for ever",
  ]);
  assertEquals([sent?.ttls?.[0], sent?.ttls?.at(-1)], [90, Infinity]);
  assertEquals(last.sent.at(-1), "for ever");
  assertEquals(clock.timers, timers);
});

Deno.test("SendQueue.cancel() really takes a queued message out", async () => {
  const { connection, recorder, workers: { last } } = makeBench();
  const outcomes: SendOutcome[] = [];
  const ticket = connection.outgoing.push("a", {
    settle: (outcome) => outcomes.push(outcome),
  });
  connection.outgoing.push("b");
  assert(ticket !== "overflow");
  connection.cancel(ticket);
  connection.cancel(ticket);
  await settle();
  assertEquals(outcomes, [{ kind: "dropped", reason: "aborted" }]);
  assertEquals(recorder.take(), ["dropped 1 1 outbound aborted"]);
  last.ready();
  last.open(1);
  assertEquals(last.sent, ["b"]);
});

Deno.test("SendQueue.cancel() asks the worker for a message that has crossed", async () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  const outcomes: SendOutcome[] = [];
  const settleOutcome = (outcome: SendOutcome) => outcomes.push(outcome);
  const first = connection.outgoing.push("a", { settle: settleOutcome });
  const second = connection.outgoing.push("b", { settle: settleOutcome });
  await settle();
  assert(first !== "overflow" && second !== "overflow");
  connection.cancel(first);
  connection.cancel(second);
  await settle();
  assertEquals(last.all("cancel").map(({ message }) => message), [1, 2]);
  last.tell(
    { type: "unsent", id: 1, message: 2, reason: "aborted" },
    { type: "taken", id: 1, upTo: 2 },
  );
  await settle();
  assertEquals(outcomes, [{ kind: "dropped", reason: "aborted" }, {
    kind: "taken",
  }]);
  assertEquals(recorder.take(), ["dropped 1 1 outbound aborted"]);
  assertEquals([connection.outgoing.bytes, connection.outgoing.messages], [
    0,
    0,
  ]);
});

Deno.test("SendQueue.fits() tells whether there is capacity, and onwritable when there may be", () => {
  const limits = {
    maxMessages: 100,
    maxBytes: 10,
    overflow: "reject",
  } as const;
  const { connection, workers: { last } } = makeOpenBench({ limits });
  const fits: boolean[] = [];
  connection.outgoing.onwritable = () => fits.push(connection.outgoing.fits(6));
  for (const text of ["1234", "5678"]) connection.outgoing.push(text);
  last.tell({ type: "ack" });
  assertEquals([connection.outgoing.fits(2), connection.outgoing.fits(3)], [
    true,
    false,
  ]);
  last.tell({ type: "taken", id: 1, upTo: 1 });
  last.tell({ type: "taken", id: 1, upTo: 2 });
  assertEquals(fits, [true, true]);
  connection.outgoing.push("1234567890");
  connection.close(1000, "");
  assertEquals([fits.at(-1), fits.length], [true, 3], "nothing waits any more");
});

Deno.test("SendQueue.pushed counts what was pushed, dropped or not", () => {
  const limits = { maxMessages: 1, maxBytes: 10, overflow: "reject" } as const;
  const { connection } = makeBench({ limits });
  connection.outgoing.push("abc");
  assertEquals(connection.outgoing.push("d"), "overflow");
  connection.close(1000, "");
  connection.outgoing.push("ef");
  assertEquals(connection.outgoing.pushed, { messages: 2, bytes: 5 });
});
