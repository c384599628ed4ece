import { assert, assertEquals, assertRejects } from "@std/assert";
import type { SendOutcome } from "../../lib/client/send_queue.ts";
import {
  RECEIVE_WINDOW_BYTES,
  RECEIVE_WINDOW_MESSAGES,
  SEND_WINDOW_BYTES,
} from "../../lib/protocol.ts";
import {
  closeLink,
  makeBench,
  makeOpenBench,
  settle,
  SETUP,
  turn,
} from "./fake_worker.ts";

/** Credit of so many bytes is worth a record of its own. */
const PLENTY = RECEIVE_WINDOW_BYTES / 4;

Deno.test("Link() tells the worker of its setup before it is ready", () => {
  const { workers: { last } } = makeBench();
  const connect = { type: "connect", id: 1, setup: SETUP } as const;
  assertEquals(last.posts, [[connect]]);
  last.ready();
  // It may have missed the first.
  assertEquals(last.posts, [[connect], [connect], [{ type: "ack" }]]);
});

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
  link.room(6).then(() => log.push("six"));
  link.room(1).then(() => log.push("one"));
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
  const given = link.room(1, controller.signal);
  const other = link.room(1);
  controller.abort(new Error("Enough"));
  await assertRejects(() => given, Error, "Enough");
  await assertRejects(() => link.room(11), RangeError, "11 bytes");
  link.close(1000, "");
  await other;
});

Deno.test("receive() holds messages until somebody listens", async () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  last.deliver(["a", "b"], { bytes: PLENTY });
  assertEquals(recorder.take(), []);
  assertEquals(link.inboxMessages, 2);
  assertEquals(last.all("consumed"), [{
    type: "consumed",
    id: 1,
    messages: 2,
    bytes: PLENTY,
  }]);
  link.consume("push");
  assertEquals(recorder.take(), []);
  await settle();
  assertEquals(recorder.take(), ["message a", "message b"]);
  assertEquals(last.all("consumed").length, 1);
});

Deno.test("receive() holds 1 MiB and reports the oldest beyond as unread", async () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  const half = "x".repeat(1 << 19);
  for (let first = 1; first <= 3; first += 1) {
    last.deliver([half], { first });
  }
  await settle();
  assertEquals(recorder.take(), [`dropped 1 ${1 << 19} inbound unread`]);
  assertEquals(link.inboxMessages, 2);
});

Deno.test("receive() dispatches in order and tells of consumption with the ack", () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  link.consume("push");
  const before = last.posts.length;
  last.deliver(["a", "b"], { bytes: PLENTY });
  assertEquals(recorder.take(), ["message a", "message b"]);
  assertEquals(last.posts.slice(before), [[
    { type: "ack" },
    { type: "consumed", id: 1, messages: 2, bytes: PLENTY },
  ]]);
});

Deno.test("receive() lets little credit wait for something else to say", async () => {
  const { link, workers: { last } } = makeOpenBench();
  link.consume("push");
  last.deliver(["a"]);
  await settle();
  assertEquals(last.all("consumed"), []);
  link.send("b");
  assertEquals(last.all("consumed").length, 1);
});

Deno.test("receive() lets a notice wait for the messages before it", () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  link.consume("push");
  last.deliver(["a"]);
  last.lose(1, 3);
  assertEquals(recorder.take(), ["message a"]);
  last.deliver(["b", "c", "d"], { first: 2 });
  assertEquals(recorder.take(), [
    "message b",
    "message c",
    "disconnected",
    "message d",
  ]);
});

Deno.test("receive() waits for no message that the inbox has dropped", async () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  link.consume("push");
  last.lose(1, 2);
  const drop = { count: 2, bytes: 9, reason: "overflow" } as const;
  last.tell({ type: "dropped", id: 1, upTo: 2, ...drop });
  await settle();
  assertEquals(recorder.take(), [
    "dropped 2 9 inbound overflow",
    "disconnected",
  ]);
});

Deno.test("receive() never tells a message after close, nor before open", () => {
  const { link, recorder, workers: { last } } = makeBench();
  last.ready();
  link.consume("push");
  last.open(1);
  last.close(1, 2);
  last.deliver(["a"]);
  last.deliver(["b"], { first: 2 });
  last.deliver(["c"], { first: 3 });
  assertEquals(recorder.take(), [
    "opened",
    "message a",
    "message b",
    "closed requested",
  ]);
});

Deno.test("receive() survives a listener that throws", () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  link.consume("push");
  const reported: unknown[] = [];
  const onerror = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error);
  };
  recorder.onevent = (event) => {
    if (event === "message a") throw new Error("From a listener");
  };
  globalThis.addEventListener("error", onerror);
  last.deliver(["a", "b"], { bytes: PLENTY });
  globalThis.removeEventListener("error", onerror);
  assertEquals(recorder.take(), ["message a", "message b"]);
  assertEquals(reported.map(String), ["Error: From a listener"]);
  assertEquals(last.all("consumed").length, 1);
});

Deno.test("pull() takes one message at a time and gives credit for a batch at its end", () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  let available = 0;
  link.onavailable = () => available += 1;
  link.consume("pull");
  assertEquals(link.pull(), undefined);
  last.deliver(["a", "b"], { bytes: PLENTY });
  last.lose(1, 9);
  assertEquals([available, link.pull(), last.all("consumed").length], [
    1,
    "a",
    0,
  ]);
  assertEquals([link.pull(), last.all("consumed").length], ["b", 1]);
  assertEquals(link.pull(), undefined);
  assertEquals(recorder.take(), ["disconnected"]);
});

Deno.test("pull() gives credit after a quarter of the window", async () => {
  const { link, workers: { last } } = makeOpenBench();
  link.consume("pull");
  const messages = Array.from(
    { length: RECEIVE_WINDOW_MESSAGES / 4 },
    () => "x",
  );
  for (let batch = 0; batch < 4; batch += 1) {
    const first = 1 + batch * messages.length;
    last.deliver(messages, { first });
  }
  for (let count = 0; count < messages.length * 2; count += 1) link.pull();
  await settle();
  assertEquals(last.all("consumed").map((each) => each.messages), [
    messages.length,
    messages.length,
  ]);
});

Deno.test("pull() still gives what arrived before the end", async () => {
  const { link, pool, recorder, workers: { last } } = makeOpenBench();
  link.consume("pull");
  last.close(1, 2);
  assertEquals([recorder.take(), last.state], [["closed requested"], "alive"]);
  last.deliver(["a", "b"]);
  assertEquals(last.state, "ended");
  assertEquals([link.pull(), link.pull(), link.pull()], ["a", "b", undefined]);
  await pool[Symbol.asyncDispose]();
});

Deno.test("reconnect() crosses after what was sent before and ahead of what is sent next", async () => {
  const { link, workers: { last } } = makeOpenBench();
  await settle();
  link.send("a");
  link.send("b");
  link.reconnect("why");
  link.send("c");
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

Deno.test("reconnect() before there is a worker starts an idle connection", () => {
  const { link, workers: { last } } = makeBench({
    setup: { ...SETUP, autoConnect: false },
  });
  link.reconnect("");
  last.ready();
  assertEquals(last.all("connect")[0]?.setup.autoConnect, false);
  assertEquals(last.all("reconnect").length, 1);
});

Deno.test("answer() answers each question once", async () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  last.tell({ type: "ask", id: 1, question: 7, what: "url" });
  assertEquals(recorder.take(), ["ask 1 url"]);
  const answer = { kind: "value", value: "ws://localhost/" } as const;
  link.answer(1, answer);
  link.answer(1, answer);
  link.answer(7, answer);
  await settle();
  assertEquals(last.all("answer"), [{
    type: "answer",
    id: 1,
    question: 7,
    answer,
  }]);
});

Deno.test("probe() is answered once, whatever happens", async () => {
  const { link, recorder, workers: { last } } = makeBench();
  link.probe(1);
  await settle();
  assertEquals(recorder.take(), ["probed 1 not-open"]);
  last.ready();
  last.open(1);
  recorder.take();
  for (const request of [2, 3, 4]) link.probe(request);
  const result = { kind: "latency", latency: 5 } as const;
  last.tell({ type: "probed", id: 1, request: 2, result });
  last.tell({ type: "probed", id: 1, request: 2, result });
  last.fail("Boom");
  assertEquals(recorder.take(), [
    "probed 2 latency",
    "probed 3 failure",
    "probed 4 failure",
    "disconnected",
  ]);
});

Deno.test("close() lets what was queued go out first", async () => {
  const { link, recorder, clock, workers: { last } } = makeOpenBench();
  const half = "x".repeat(SEND_WINDOW_BYTES / 2);
  for (let count = 0; count < 3; count += 1) link.send(half);
  link.close(4000, "bye");
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

Deno.test("close() waits for nobody longer than closeTimeout", async () => {
  const { link, recorder, clock, workers: { last } } = makeOpenBench();
  const half = "x".repeat(SEND_WINDOW_BYTES / 2);
  for (let count = 0; count < 4; count += 1) link.send(half);
  await settle();
  last.tell({ type: "taken", id: 1, upTo: 1 });
  const { sent } = last;
  link.close(undefined, "");
  clock.advance(SETUP.config.closeTimeout - 1);
  await settle();
  assertEquals(last.all("close"), []);
  clock.advance(1);
  await settle();
  assertEquals(last.all("close"), [{
    type: "close",
    id: 1,
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

Deno.test("close() is not held up by a message that is cancelled", async () => {
  const { link, workers: { last } } = makeOpenBench();
  const big = "x".repeat(SEND_WINDOW_BYTES);
  link.send(big);
  const ticket = link.send(big);
  link.close(1000, "");
  await settle();
  assertEquals(last.all("close"), []);
  assert(ticket !== "overflow");
  link.cancel(ticket);
  await settle();
  assertEquals(last.all("close").map(({ sent }) => sent), [1]);
});

Deno.test("close() drops the queue of a connection that is not open", async () => {
  const { link, recorder, workers: { last } } = makeBench();
  last.ready();
  link.send("a");
  link.close(1000, "");
  link.send("late");
  await settle();
  assertEquals(last.all("close").map(({ sent }) => sent), [0]);
  assertEquals(recorder.take(), ["dropped 2 5 outbound closed"]);
});

Deno.test("close() drops the queue when the connection is lost meanwhile", async () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  const big = "x".repeat(SEND_WINDOW_BYTES);
  link.send(big);
  link.send("rest");
  link.close(1000, "");
  await settle();
  last.lose(1);
  await settle();
  assertEquals(last.all("close").map(({ sent }) => sent), [0]);
  assertEquals(recorder.take(), [
    "dropped 1 4 outbound closed",
    "disconnected",
  ]);
});

Deno.test("close() ends a connection that no worker knows of", async () => {
  const { link, recorder, clock, workers: { last } } = makeBench();
  link.send("a");
  link.close(1000, "");
  link.close(1000, "");
  await settle();
  assertEquals(recorder.take(), ["dropped 1 1 outbound closed"]);
  clock.advance(0);
  assertEquals(recorder.events, ["status closed", "closed requested"]);
  assertEquals([clock.timers, last.state], [0, "ended"]);
});

Deno.test("close() delivers no message any more", async () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  link.consume("push");
  recorder.onevent = (event) => event === "message a" && link.close(1000, "");
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

Deno.test("crashed() keeps what had not crossed, and repeats nothing that had", async () => {
  const { link, recorder, clock, workers } = makeOpenBench();
  for (const text of ["a", "b"]) link.send(text);
  link.send(new Uint8Array(3));
  await settle();
  workers.last.lose(1);
  link.send("c");
  workers.last.fail("Boom");
  await settle();
  assertEquals(recorder.take(), [
    "disconnected",
    "dropped 3 5 outbound unknown",
  ]);
  assertEquals(link.outboxMessages, 1);
  clock.advance(5_000);
  workers.last.ready();
  workers.last.open(2);
  assertEquals(workers.last.sent, ["c"]);
  assertEquals(workers.last.all("send")[0]?.first, 1);
  assertEquals(recorder.take(), ["opened again"]);
});

Deno.test("crashed() reports what may have been sent as unknown", async () => {
  const { link, recorder, workers: { last } } = makeOpenBench();
  link.send("a");
  link.send("b");
  await settle();
  last.tell({ type: "taken", id: 1, upTo: 1 });
  last.fail("Boom");
  await settle();
  assertEquals(recorder.take(), [
    "dropped 1 1 outbound unknown",
    "disconnected",
  ]);
});

Deno.test("crashed() keeps what waits to be pulled, and forgets its questions", async () => {
  const { link, recorder, clock, workers } = makeOpenBench();
  link.consume("pull");
  workers.last.deliver(["a"]);
  workers.last.tell({ type: "ask", id: 1, question: 1, what: "token" });
  workers.last.fail("Boom");
  clock.advance(5_000);
  workers.last.ready();
  workers.last.tell({ type: "ask", id: 2, question: 1, what: "token" });
  link.answer(1, { kind: "value", value: "old" });
  assertEquals(recorder.take(), ["ask 1 token", "disconnected", "ask 2 token"]);
  assertEquals(link.pull(), "a");
  await settle();
  assertEquals(workers.last.all("answer"), []);
  assertEquals(workers.last.all("consumed"), []);
});

Deno.test("crashed() ends a connection that was closing", async () => {
  const { link, recorder, clock, workers: { last } } = makeOpenBench();
  link.close(1000, "");
  last.fail("Boom");
  await settle();
  assertEquals(recorder.take(), ["closed requested"]);
  assertEquals([clock.timers, last.state], [0, "ended"]);
});

Deno.test("crashed() leaves an idle connection idle", () => {
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

Deno.test("reconnect() does not wait for the backoff of a worker that crashed", () => {
  const { link, workers } = makeOpenBench();
  workers.last.fail("Boom");
  link.reconnect("");
  link.reconnect("");
  assertEquals(workers.started.length, 2);
  workers.last.ready();
  assertEquals(workers.last.all("connect").length, 1);
  closeLink(link, workers.last);
});
