import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ConnectionLostError,
  MessageExpiredError,
  OutboxFullError,
} from "../../../lib/client/errors/mod.ts";
import {
  dropError,
  WriteQueue,
} from "../../../lib/client/socket/write_queue.ts";
import type { SendOutcome } from "../../../lib/client/remote/send_queue.ts";
import {
  type FakeWorker,
  LIMITS,
  makeBench,
  makeOpenBench,
  settle,
} from "../fake_worker.ts";

const TAKEN: SendOutcome = { kind: "taken" };
const SMALL = { maxMessages: 2, maxBytes: 10, overflow: "reject" } as const;

Deno.test("WriteQueue.write() resolves when the transport has the message", async () => {
  const { queue, last } = makeQueue();
  const written = queue.write("a", {});
  assertEquals(last.sent, ["a"]);
  last.tell({ type: "taken", id: 1, upTo: 1 });
  assertEquals(await written, TAKEN);
});

Deno.test("WriteQueue.write() waits for capacity, first come, first served", async () => {
  const { queue, last, connection } = makeQueue();
  const writes = ["12345", "67890", "big", "x"].map((text) =>
    queue.write(text, {})
  );
  assertEquals(connection.outgoing.messages, 2);
  last.tell({ type: "taken", id: 1, upTo: 1 });
  assertEquals(
    connection.outgoing.messages,
    2,
    "the next one takes the place at once",
  );
  for (const upTo of [2, 3, 4]) await take(last, upTo);
  assertEquals(await Promise.all(writes), [TAKEN, TAKEN, TAKEN, TAKEN]);
  assertEquals(last.sent, ["12345", "67890", "big", "x"]);
});

Deno.test("WriteQueue.write() lets a send() afterwards not overtake", async () => {
  const { queue, last, connection } = makeQueue();
  for (const text of ["a", "b", "c"]) queue.write(text, {});
  last.tell({ type: "taken", id: 1, upTo: 1 });
  assertEquals(connection.outgoing.push("d"), "overflow", "c has the place");
  await take(last, 2);
  connection.outgoing.push("d");
  for (const upTo of [3, 4]) await take(last, upTo);
  assertEquals(last.sent, ["a", "b", "c", "d"]);
});

Deno.test("WriteQueue.write() gives up a message that waits, and lets the next one go", async () => {
  const { queue, last, connection } = makeQueue();
  connection.outgoing.push("123456789");
  const { signal, abort } = controller();
  const large = queue.write("large", { signal });
  const small = queue.write("x", {});
  assertEquals(connection.outgoing.messages, 1);
  abort();
  assertEquals(await large, { kind: "dropped", reason: "aborted" });
  for (const upTo of [1, 2]) await take(last, upTo);
  assertEquals(await small, TAKEN);
  assertEquals(
    connection.outgoing.pushed.messages,
    2,
    "what waited was never sent",
  );
});

Deno.test("WriteQueue.write() takes a message back that is in the outbox", async () => {
  const { connection, clock, recorder } = makeBench({ limits: SMALL });
  const queue = new WriteQueue(connection, { limits: SMALL, clock });
  const { signal, abort } = controller();
  const written = queue.write("a", { signal });
  abort();
  assertEquals(await written, { kind: "dropped", reason: "aborted" });
  await settle();
  assertEquals(recorder.take(), ["dropped 1 1 outbound aborted"]);
  await assertRejects(() => queue.write("b", { signal }), Error, "Enough");
});

Deno.test("WriteQueue.write() counts the wait for capacity against the ttl", async () => {
  const { queue, clock, connection, last } = makeQueue();
  for (const text of ["a", "b"]) connection.outgoing.push(text);
  const early = queue.write("early", { ttl: 99 });
  const late = queue.write("late", { ttl: 200 });
  clock.advance(100);
  assertEquals(await early, { kind: "dropped", reason: "expired" });
  last.lose(1);
  last.tell({ type: "unsent", id: 1, message: 1, reason: "closed" });
  clock.advance(100);
  assertEquals(await late, { kind: "dropped", reason: "expired" });
  assertEquals(clock.timers, 1, "the watchdog's");
});

Deno.test("WriteQueue.write() sends nothing that has expired while the thread was blocked, though room comes before the timer", async () => {
  const { queue, clock, last } = makeQueue();
  const first = [queue.write("a", {}), queue.write("b", {})];
  const stale = queue.write("stale", { ttl: 100 });
  await settle();
  clock.stall(500);
  for (const upTo of [1, 2]) await take(last, upTo);
  clock.advance(0);
  assertEquals(await Promise.all(first), [TAKEN, TAKEN]);
  assertEquals(await stale, { kind: "dropped", reason: "expired" });
  assertEquals(last.sent, ["a", "b"]);
});

Deno.test("WriteQueue.write() takes at once the room of what has expired, so that nothing overtakes it", async () => {
  const limits = { ...SMALL, maxMessages: 4 };
  const { connection, clock, workers: { last } } = makeOpenBench({ limits });
  const queue = new WriteQueue(connection, { limits, clock });
  for (const text of ["a", "b"]) queue.write(text, {});
  const stale = queue.write("c", { ttl: 100 });
  for (const text of ["d", "e", "f"]) queue.write(text, {});
  await settle();
  clock.stall(500);
  await take(last, 1);
  await settle();
  assertEquals(connection.outgoing.push("g"), "overflow", "f has the room");
  assertEquals(await stale, { kind: "dropped", reason: "expired" });
  for (const upTo of [2, 3, 4, 5]) await take(last, upTo);
  assertEquals(last.sent, ["a", "b", "d", "e", "f"]);
});

Deno.test("WriteQueue.write() refuses what never fits, and no duration", async () => {
  const { queue } = makeQueue();
  assertEquals(await queue.write("12345678901", {}), {
    kind: "dropped",
    reason: "overflow",
  });
  await assertRejects(() => queue.write("a", { ttl: -1 }), RangeError, "ttl");
});

Deno.test("WriteQueue.write() drops what waits when the end begins", async () => {
  const { queue, connection, recorder } = makeQueue();
  for (const text of ["a", "b"]) connection.outgoing.push(text);
  const waiting = queue.write("c", {});
  connection.close(1000, "");
  assertEquals(await waiting, { kind: "dropped", reason: "closed" });
  assertEquals(recorder.take(), ["dropped 1 1 outbound closed"]);
});

Deno.test("WriteQueue.write() hands a message over once, even if that makes room itself", async () => {
  const pushed: unknown[] = [];
  const outgoing = {
    hasRoom: false,
    onwritable: () => {},
    fits: () => outgoing.hasRoom,
    push(message: unknown, { settle }: { settle: (its: SendOutcome) => void }) {
      pushed.push(message);
      // As it drops one that has expired before.
      outgoing.onwritable();
      settle(TAKEN);
      return {};
    },
  };
  const connection = { outgoing, cancel: () => {} };
  const queue = new WriteQueue(connection as never, { limits: LIMITS });
  const writes = ["a", "b"].map((text) => queue.write(text, {}));
  outgoing.hasRoom = true;
  outgoing.onwritable();
  assertEquals(await Promise.all(writes), [TAKEN, TAKEN]);
  assertEquals(pushed.toSorted(), ["a", "b"]);
});

Deno.test("dropError() says what became of a message", () => {
  assertInstanceOf(dropError("expired", LIMITS), MessageExpiredError);
  assertInstanceOf(dropError("overflow", LIMITS), OutboxFullError);
  const lost = dropError("unknown", LIMITS);
  assertInstanceOf(lost, ConnectionLostError);
  assertEquals(
    lost.message,
    "Message lost with its worker or connection; it may have been sent: " +
      "send it again if that does no harm",
  );
  const session = dropError("session-lost", LIMITS);
  assertInstanceOf(session, ConnectionLostError);
  assertEquals(
    session.message,
    "Message lost with its session: send it again if that does no harm",
  );
  const refused = dropError("rejected", LIMITS);
  assertInstanceOf(refused, ConnectionLostError);
  assertEquals(refused.message, "Message refused: too large or unreadable");
  assertEquals([lost.retryable, refused.retryable], [true, false]);
});

/** A queue in front of an open connection with room for two messages. */
function makeQueue() {
  const bench = makeOpenBench({ limits: SMALL });
  const { connection, clock, workers: { last } } = bench;
  const queue = new WriteQueue(connection, { limits: SMALL, clock });
  return { ...bench, queue, last };
}

/** Lets the transport take what has crossed. */
async function take(worker: FakeWorker, upTo: number): Promise<void> {
  await settle();
  worker.tell({ type: "taken", id: 1, upTo });
}

function controller() {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error("Enough"));
  return { signal: controller.signal, abort };
}
