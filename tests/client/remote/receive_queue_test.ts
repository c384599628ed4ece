import { packsOf } from "../../../lib/queue/pack.ts";
import type { NoticeOf } from "../../../lib/boundary/protocol.ts";
import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  RECEIVE_WINDOW_BYTES,
  RECEIVE_WINDOW_MESSAGES,
} from "../../../lib/boundary/protocol.ts";
import { ExactConsumption } from "../../../lib/client/remote/exact_consumption.ts";
import type { ReceiveQueue } from "../../../lib/client/remote/receive_queue.ts";
import type { SessionSetup } from "../../../lib/boundary/session.ts";
import { makeBench, makeOpenBench, settle, SETUP } from "../fake_worker.ts";

const SESSION: SessionSetup = {
  window: { messages: 256, bytes: 1 << 20 },
  required: true,
  ack: "consumed",
  onLost: "continue",
  onUnknown: "drop",
};

/** Credit of so many bytes is worth a record of its own. */
const PLENTY = RECEIVE_WINDOW_BYTES / 4;

function exactly({ exact }: ReceiveQueue): ExactConsumption {
  assertInstanceOf(exact, ExactConsumption);
  return exact;
}

Deno.test("ReceiveQueue.receive() holds messages until somebody listens", async () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  last.deliver(["a", "b"], { bytes: PLENTY });
  assertEquals(recorder.take(), []);
  assertEquals(connection.incoming.messages, 2);
  assertEquals(last.all("consumed"), [{
    type: "consumed",
    id: 1,
    messages: 2,
    bytes: PLENTY,
  }]);
  connection.incoming.consume("push");
  assertEquals(recorder.take(), []);
  await settle();
  assertEquals(recorder.take(), ["message a", "message b"]);
  assertEquals(last.all("consumed").length, 1);
});

Deno.test("ReceiveQueue.receive() holds 1 MiB and reports the oldest beyond as unread", async () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  const half = "x".repeat(1 << 19);
  for (let first = 1; first <= 3; first += 1) {
    last.deliver([half], { first });
  }
  await settle();
  assertEquals(recorder.take(), [`dropped 1 ${1 << 19} inbound unread`]);
  assertEquals(connection.incoming.messages, 2);
});

Deno.test("ReceiveQueue.receive() dispatches in order and reports consumption with the ack", () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  connection.incoming.consume("push");
  const before = last.posts.length;
  last.deliver(["a", "b"], { bytes: PLENTY });
  assertEquals(recorder.take(), ["message a", "message b"]);
  assertEquals(last.posts.slice(before), [[
    { type: "ack" },
    { type: "consumed", id: 1, messages: 2, bytes: PLENTY },
  ]]);
});

/** The messages "a", "b" and "c" in a pack. */
function packed(bytes = 3): NoticeOf<"messages"> {
  const chunk = new TextEncoder().encode("abc");
  const messages = packsOf("ascii", chunk, [0, 1, 1, 2, 2, 3]);
  return { type: "messages", messages, runs: [1, 1, 3, bytes] };
}

Deno.test("ReceiveQueue.receive() dispatches the messages of a pack one by one", () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  connection.incoming.consume("push");
  last.tell(packed(PLENTY));
  assertEquals(recorder.take(), ["message a", "message b", "message c"]);
  assertEquals(last.all("consumed"), [
    { type: "consumed", id: 1, messages: 3, bytes: PLENTY },
  ]);
});

Deno.test("ReceiveQueue.refuse() drops what is left of a pack", async () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  connection.incoming.consume("pull");
  last.tell(packed());
  assertEquals(connection.incoming.pull(), "a");
  assertEquals(connection.incoming.messages, 2);
  connection.incoming.refuse("closed");
  await settle();
  assertEquals(recorder.take(), ["dropped 2 2 inbound closed"]);
});

Deno.test("ReceiveQueue.receive() lets little credit wait for something else to say", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  connection.incoming.consume("push");
  last.deliver(["a"]);
  await settle();
  assertEquals(last.all("consumed"), []);
  connection.outgoing.push("b");
  assertEquals(last.all("consumed").length, 1);
});

Deno.test("ReceiveQueue.receive() lets a notice wait for the messages before it", () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  connection.incoming.consume("push");
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

Deno.test("ReceiveQueue.receive() waits for no message that the inbox has dropped", async () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  connection.incoming.consume("push");
  last.lose(1, 2);
  const drop = { count: 2, bytes: 9, reason: "overflow" } as const;
  last.tell({ type: "dropped", id: 1, upTo: 2, ...drop });
  await settle();
  assertEquals(recorder.take(), [
    "dropped 2 9 inbound overflow",
    "disconnected",
  ]);
});

Deno.test("ReceiveQueue.receive() never delivers a message after close, nor before open", () => {
  const { connection, recorder, workers: { last } } = makeBench();
  last.ready();
  connection.incoming.consume("push");
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

Deno.test("ReceiveQueue.receive() survives a listener that throws", () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  connection.incoming.consume("push");
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

Deno.test("ReceiveQueue.pull() takes one message at a time and gives credit for a batch at its end", () => {
  const { connection, recorder, workers: { last } } = makeOpenBench();
  let available = 0;
  connection.incoming.onavailable = () => available += 1;
  connection.incoming.consume("pull");
  assertEquals(connection.incoming.pull(), undefined);
  last.deliver(["a", "b"], { bytes: PLENTY });
  last.lose(1, 9);
  assertEquals([
    available,
    connection.incoming.pull(),
    last.all("consumed").length,
  ], [
    1,
    "a",
    0,
  ]);
  assertEquals([connection.incoming.pull(), last.all("consumed").length], [
    "b",
    1,
  ]);
  assertEquals(connection.incoming.pull(), undefined);
  assertEquals(recorder.take(), ["disconnected"]);
});

Deno.test("ReceiveQueue.pull() gives credit after a quarter of the window", async () => {
  const { connection, workers: { last } } = makeOpenBench();
  connection.incoming.consume("pull");
  const messages = Array.from(
    { length: RECEIVE_WINDOW_MESSAGES / 4 },
    () => "x",
  );
  for (let batch = 0; batch < 4; batch += 1) {
    const first = 1 + batch * messages.length;
    last.deliver(messages, { first });
  }
  for (let count = 0; count < messages.length * 2; count += 1) {
    connection.incoming.pull();
  }
  await settle();
  assertEquals(last.all("consumed").map((each) => each.messages), [
    messages.length,
    messages.length,
  ]);
});

Deno.test("ReceiveQueue.pull() still gives what was sent before the end, which waits until it has arrived", async () => {
  const { connection, pool, recorder, workers: { last } } = makeOpenBench();
  connection.incoming.consume("pull");
  last.close(1, 2);
  assertEquals([recorder.take(), last.state], [[], "alive"]);
  last.deliver(["a", "b"]);
  assertEquals([recorder.take(), last.state], [["closed requested"], "ended"]);
  assertEquals([
    connection.incoming.pull(),
    connection.incoming.pull(),
    connection.incoming.pull(),
  ], ["a", "b", undefined]);
  await pool[Symbol.asyncDispose]();
});

Deno.test("ReceiveQueue.receive() keeps for a session what nobody reads, and reports each consumption", async () => {
  const setup = { ...SETUP, session: SESSION };
  const { connection, recorder, workers: { last } } = makeOpenBench({ setup });
  const { incoming } = connection;
  const half = "x".repeat(1 << 19);
  for (const first of [1, 2, 3]) last.deliver([half], { first });
  assertEquals([incoming.messages, last.all("consumed")], [3, []]);
  assertEquals(incoming.sizes, [1 << 19, 1 << 19, 1 << 19]);
  incoming.consume("push");
  await settle();
  assertEquals(recorder.take().length, 3);
  assertEquals(last.all("consumed").at(-1)?.upTo, 3);
  assertEquals(incoming.sizes, []);
});

Deno.test("ReceiveQueue.pull() consumes for a session what came before", async () => {
  const setup = { ...SETUP, session: SESSION };
  const { connection, workers: { last } } = makeOpenBench({ setup });
  const { incoming } = connection;
  incoming.consume("pull");
  await settle();
  last.deliver(["a", "bc"]);
  assertEquals([incoming.pull(), exactly(incoming).consumed], ["a", 0]);
  assertEquals(incoming.sizes, [2]);
  assertEquals([incoming.pull(), exactly(incoming).consumed], ["bc", 1]);
  assertEquals([incoming.pull(), exactly(incoming).consumed], [undefined, 2]);
  await settle();
  assertEquals(last.all("consumed").at(-1)?.upTo, 2);
});

Deno.test("ReceiveQueue.offerCredit() reports what the application says", async () => {
  const setup = { ...SETUP, session: { ...SESSION, ack: "manual" as const } };
  const { connection, workers: { last } } = makeOpenBench({ setup });
  const { incoming } = connection;
  incoming.consume("push");
  last.deliver(["a", "b"]);
  await settle();
  assertEquals(last.all("consumed"), []);
  exactly(incoming).acknowledge(1);
  incoming.offerCredit();
  assertEquals(last.all("consumed").at(-1)?.upTo, 1);
});

Deno.test("ReceiveQueue.crashed() goes on with the numbers of a session", async () => {
  const setup = { ...SETUP, session: SESSION };
  const bench = makeOpenBench({ setup });
  const { connection, workers, clock } = bench;
  const { incoming } = connection;
  incoming.consume("pull");
  await settle();
  workers.last.deliver(["a", "b"]);
  incoming.pull();
  workers.last.fail("Boom");
  assertEquals([exactly(incoming).last, exactly(incoming).given], [2, 1]);
  clock.advance(5_000);
  workers.last.ready();
  workers.last.open(2);
  workers.last.deliver(["c"], { id: 2, first: 3 });
  const pulled = [incoming.pull(), incoming.pull(), incoming.pull()];
  assertEquals(pulled, ["b", "c", undefined]);
  assertEquals(exactly(incoming).consumed, 3);
});
