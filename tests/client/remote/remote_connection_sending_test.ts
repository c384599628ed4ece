import { assert, assertEquals, assertRejects } from "@std/assert";
import type { SendOutcome } from "../../../lib/client/remote/send_queue.ts";
import { SEND_WINDOW_BYTES } from "../../../lib/boundary/protocol.ts";
import { makeBench, makeOpenBench, settle, turn } from "../fake_worker.ts";

Deno.test("send() keeps messages on this side until the connection is open", async () => {
  const { link, workers: { last } } = makeBench();
  link.send("a");
  last.ready();
  link.send("b");
  await settle();
  assertEquals(last.sent, []);
  last.open(1);
  assertEquals(last.sent, ["a", "b"]);
});

Deno.test("send() lets queued messages precede those sent in the open listener", async () => {
  const { link, recorder, workers: { last } } = makeBench();
  for (const text of ["a", "b", "c"]) link.send(text);
  recorder.onevent = (event) => event === "opened" && link.send("late");
  last.ready();
  last.open(1);
  await settle();
  assertEquals(last.sent, ["a", "b", "c", "late"]);
});

Deno.test("send() sends a payload mutated afterwards as it was", () => {
  const { link, workers: { last } } = makeOpenBench();
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const shared = new Uint8Array(new SharedArrayBuffer(1));
  link.send(bytes.subarray(1, 3));
  link.send(bytes.buffer);
  link.send(shared);
  bytes.fill(9);
  shared.fill(9);
  last.tell({ type: "ack" });
  assertEquals(
    last.sent.map((data) => [...new Uint8Array(data as ArrayBuffer)]),
    [
      [2, 3],
      [1, 2, 3, 4],
      [0],
    ],
  );
});

Deno.test("send() counts UTF-8 bytes until the transport has them", async () => {
  const { link, workers: { last } } = makeOpenBench();
  link.send("aé€😀\ud800");
  link.send(new Uint8Array(5));
  link.send(new Blob(["abc"]));
  assertEquals(link.bufferedAmount, 13 + 5 + 3);
  assertEquals(link.outboxMessages, 3);
  await turn();
  last.tell({ type: "taken", id: 1, upTo: 2 });
  assertEquals([link.bufferedAmount, link.outboxMessages], [3, 1]);
  last.tell({ type: "taken", id: 1, upTo: 3 });
  assertEquals([link.bufferedAmount, link.outboxMessages], [0, 0]);
});

Deno.test("send() lets a Blob neither overtake nor be overtaken", async () => {
  const { link, workers: { last } } = makeOpenBench();
  link.send("a");
  link.send(new Blob(["b", "c"]));
  link.send("d");
  link.send(new Blob(["e"]));
  link.send("f");
  while (last.sent.length < 5) await turn();
  const texts = last.sent.map((data) =>
    typeof data === "string"
      ? data
      : new TextDecoder().decode(data as ArrayBuffer)
  );
  assertEquals(texts, ["a", "bc", "d", "e", "f"]);
});

Deno.test("send() crosses at once, then gathers what the same task sends", async () => {
  const { link, workers: { last } } = makeOpenBench();
  await settle();
  const before = last.posts.length;
  for (const text of ["a", "b", "c"]) link.send(text);
  assertEquals(last.posts.length - before, 1);
  await settle();
  assertEquals(last.posts.length - before, 2);
  assertEquals(last.sent, ["a", "b", "c"]);
});

Deno.test("send() keeps what is over the window, and in order", async () => {
  const { link, workers: { last } } = makeOpenBench();
  const big = "x".repeat(SEND_WINDOW_BYTES / 2);
  for (let index = 0; index < 4; index += 1) link.send(index + big);
  await settle();
  assertEquals(last.sent.length, 1);
  last.tell({ type: "taken", id: 1, upTo: 1 });
  last.tell({ type: "taken", id: 1, upTo: 2 });
  last.tell({ type: "taken", id: 1, upTo: 3 });
  await settle();
  assertEquals(last.sent.map((data) => String(data)[0]), ["0", "1", "2", "3"]);
});

Deno.test("send() lets a message larger than the window cross alone", () => {
  const { link, workers: { last } } = makeOpenBench();
  link.send("x".repeat(SEND_WINDOW_BYTES * 2));
  assertEquals(last.sent.length, 1);
});

Deno.test("send() rejects at the bound, in messages and in bytes", () => {
  const limits = { maxMessages: 2, maxBytes: 10, overflow: "reject" } as const;
  const { link } = makeBench({ limits });
  assert(link.send("123456") !== "overflow");
  assertEquals(link.send("é€"), "overflow");
  assert(link.send("1") !== "overflow");
  assertEquals(link.send(""), "overflow");
  assertEquals(link.bufferedAmount, 7);
});

Deno.test("send() reports what it drops at the bound", async () => {
  const limits = {
    maxMessages: 2,
    maxBytes: 100,
    overflow: "drop-oldest",
  } as const;
  const { link, recorder, workers: { last } } = makeBench({ limits });
  const outcomes: SendOutcome[] = [];
  link.send("a", { settle: (outcome) => outcomes.push(outcome) });
  for (const text of ["b", "c", "d"]) link.send(text);
  assertEquals(recorder.take(), []);
  await settle();
  assertEquals(recorder.take(), ["dropped 2 2 outbound overflow"]);
  assertEquals(outcomes, [{ kind: "dropped", reason: "overflow" }]);
  last.ready();
  last.open(1);
  last.tell({ type: "taken", id: 1, upTo: 1 });
  assertEquals(last.sent, ["c", "d"]);
});

Deno.test("send() drops expired messages by one timer", async () => {
  const { link, clock, recorder, workers: { last } } = makeBench();
  last.ready();
  const timers = clock.timers;
  link.send("short", { ttl: 10 });
  for (let index = 0; index < 5; index += 1) link.send("long", { ttl: 100 });
  link.send("for ever");
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

Deno.test("cancel() really takes a queued message out", async () => {
  const { link, recorder, workers: { last } } = makeBench();
  const outcomes: SendOutcome[] = [];
  const ticket = link.send("a", {
    settle: (outcome) => outcomes.push(outcome),
  });
  link.send("b");
  assert(ticket !== "overflow");
  link.cancel(ticket);
  link.cancel(ticket);
  await settle();
  assertEquals(outcomes, [{ kind: "dropped", reason: "aborted" }]);
  assertEquals(recorder.take(), ["dropped 1 1 outbound aborted"]);
  last.ready();
  last.open(1);
  assertEquals(last.sent, ["b"]);
});

Deno.test("cancel() asks the worker for a message that has crossed", async () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  const outcomes: SendOutcome[] = [];
  const settleOutcome = (outcome: SendOutcome) => outcomes.push(outcome);
  const first = link.send("a", { settle: settleOutcome });
  const second = link.send("b", { settle: settleOutcome });
  await settle();
  assert(first !== "overflow" && second !== "overflow");
  link.cancel(first);
  link.cancel(second);
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
  assertEquals([link.bufferedAmount, link.outboxMessages], [0, 0]);
});

Deno.test("room() resolves when a message fits, first come, first served", async () => {
  const limits = {
    maxMessages: 100,
    maxBytes: 10,
    overflow: "reject",
  } as const;
  const { link, workers: { last } } = makeOpenBench({ limits });
  for (const text of ["1234", "5678"]) link.send(text);
  await settle();
  const log: string[] = [];
  link.waitForCapacity(6).then(() => log.push("six"));
  link.waitForCapacity(1).then(() => log.push("one"));
  await settle();
  assertEquals(log, []);
  last.tell({ type: "taken", id: 1, upTo: 1 });
  await settle();
  assertEquals(log, ["six"]);
  last.tell({ type: "taken", id: 1, upTo: 2 });
  await settle();
  assertEquals(log, ["six", "one"]);
});

Deno.test("room() can be given up, and says when there never will be any", async () => {
  const limits = { maxMessages: 1, maxBytes: 10, overflow: "reject" } as const;
  const { link } = makeBench({ limits });
  link.send("a");
  const controller = new AbortController();
  const given = link.waitForCapacity(1, controller.signal);
  const other = link.waitForCapacity(1);
  controller.abort(new Error("Enough"));
  await assertRejects(() => given, Error, "Enough");
  await assertRejects(() => link.waitForCapacity(11), RangeError, "11 bytes");
  link.close(1000, "");
  await other;
});
