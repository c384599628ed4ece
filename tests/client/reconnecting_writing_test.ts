import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionLostError,
  MessageExpiredError,
  OutboxFullError,
} from "../../lib/client/errors/mod.ts";
import type { WriteOptions } from "../../lib/client/socket/write_queue.ts";
import { makeStage } from "./workers/fake_global_worker.ts";
import { settle, turn } from "./fake_worker.ts";
import { end, make, makeOpen } from "./reconnecting_stage.ts";

Deno.test("send() throws OutboxFullError under the reject rule", async () => {
  await using stage = makeStage();
  const socket = make(stage, { outbox: { maxMessages: 2 } });
  socket.send("a");
  socket.send("b");
  assertThrows(() => socket.send("c"), OutboxFullError, "write()");
  assertEquals(socket.metrics().outbox, { messages: 2, bytes: 2 });
});

Deno.test("drop tells what left a queue, with the reason", async () => {
  await using stage = makeStage();
  const socket = make(stage, {
    outbox: { maxMessages: 1, overflow: "drop-oldest" },
  });
  const drops: unknown[] = [];
  socket.addEventListener("drop", ({ count, bytes, direction, reason }) => {
    drops.push([count, bytes, direction, reason]);
  });
  socket.send("old");
  socket.send("new");
  await settle();
  assertEquals(drops, [[1, 3, "outbound", "overflow"]]);
  assertEquals(socket.metrics().droppedOutbound, { messages: 1, bytes: 3 });
});

Deno.test("write() settles when the transport has taken the message", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const written = socket.write("a");
  assertEquals(socket.bufferedAmount, 1);
  stage.worker.tell({ type: "taken", id: 1, upTo: 1 });
  await written;
  assertEquals(socket.metrics().sent, { messages: 1, bytes: 1 });
});

Deno.test("write() waits for room, in order, and send() after it does not overtake", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage, { outbox: { maxMessages: 2 } });
  const bytes = new Uint8Array([1]);
  const writes = [
    socket.write("a"),
    socket.write("b"),
    socket.write(bytes),
    socket.write("d"),
  ];
  bytes[0] = 9;
  stage.worker.tell({ type: "taken", id: 1, upTo: 1 });
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 2 });
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 3 }, {
    type: "taken",
    id: 1,
    upTo: 4,
  });
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 4 });
  await Promise.all(writes);
  const sent = stage.worker.sent.map((data) =>
    typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer)[0]
  );
  assertEquals(sent, ["a", "b", 1, "d"]);
});

Deno.test("send() does not overtake a write() for which there is room by now", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage, { outbox: { maxMessages: 4 } });
  const writes = ["a", "b", "c", "d", "e"].map((text) => socket.write(text));
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 2 });
  // In the same task, as a listener would.
  socket.send("f");
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 4 });
  await settle();
  assertEquals(stage.worker.sent, ["a", "b", "c", "d", "e", "f"]);
  stage.worker.tell({ type: "taken", id: 1, upTo: 6 });
  await Promise.all(writes);
});

Deno.test("write() rejects an aborted message, which is really gone", async () => {
  await using stage = makeStage();
  const socket = make(stage, { outbox: { maxMessages: 1 } });
  const first = new AbortController();
  const second = new AbortController();
  const queued = socket.write("queued", { signal: first.signal });
  const waiting = socket.write("waiting", { signal: second.signal });
  second.abort(new Error("second"));
  first.abort(new Error("first"));
  await Promise.all([
    assertRejects(() => waiting, Error, "second"),
    assertRejects(() => queued, Error, "first"),
  ]);
  assertEquals(socket.bufferedAmount, 0);
  stage.worker.open(1);
  await settle();
  assertEquals(stage.worker.sent, []);
});

Deno.test("write() rejects an expired message, which is really gone", async () => {
  await using stage = makeStage();
  const socket = make(stage, { outbox: { maxMessages: 1 } });
  const queued = socket.write("queued", { ttl: 1 });
  const waiting = socket.write("waiting", { ttl: 0 });
  await Promise.all([
    assertRejects(() => waiting, MessageExpiredError),
    assertRejects(() => queued, MessageExpiredError),
  ]);
  assertEquals(socket.bufferedAmount, 0);
});

Deno.test("write() rejects what can never fit, and what the end drops", async () => {
  await using stage = makeStage();
  const socket = make(stage, { outbox: { maxMessages: 1, maxBytes: 8 } });
  await assertRejects(() => socket.write("123456789"), OutboxFullError);
  await assertRejects(() => socket.write("a", { ttl: -1 }), RangeError, "ttl");
  const queued = socket.write("a");
  const waiting = socket.write("b");
  socket.close();
  end(stage, { cause: "requested" });
  await Promise.all([
    assertRejects(() => queued, ConnectionClosedError),
    assertRejects(() => waiting, ConnectionClosedError),
  ]);
});

Deno.test("write() rejects what the worker crashed with, and what the transport refused", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const refused = socket.write("a");
  const uncertain = socket.write("b");
  stage.worker.tell({ type: "unsent", id: 1, message: 1, reason: "rejected" });
  const { message, retryable } = await assertRejects(
    () => refused,
    ConnectionLostError,
    "refused",
  );
  assertStringIncludes(message, "too large");
  assertEquals(retryable, false);
  stage.worker.fail("Boom");
  await assertRejects(
    () => uncertain,
    ConnectionLostError,
    "lost with its worker or connection; it may have been sent",
  );
});

Deno.test("write() that waits for room is rejected by the end, however it begins", async () => {
  for (const begin of ["close", "dispose"]) {
    await using stage = makeStage();
    const socket = makeOpen(stage, { outbox: { maxMessages: 1 } });
    const queued = assertRejects(
      () => socket.write("a"),
      ConnectionClosedError,
    );
    const waiting = assertRejects(
      () => socket.write("b"),
      ConnectionClosedError,
    );
    if (begin === "close") socket.close();
    const disposed = begin === "close"
      ? undefined
      : stage.host[Symbol.asyncDispose]();
    await turn();
    end(stage, { cause: "requested" });
    await Promise.all([queued, waiting, disposed]);
    assertEquals(stage.worker.sent, ["a"]);
  }
});

Deno.test("write() takes an option that is undefined as one that is not given", async () => {
  await using stage = makeStage();
  const socket = make(stage, { outbox: { ttl: 1 } });
  const options = { ttl: undefined } as object as WriteOptions;
  await assertRejects(() => socket.write("a", options), MessageExpiredError);
});

Deno.test("send() does not take the room that a write() waited for", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage, { outbox: { maxMessages: 1 } });
  const first = socket.write("a").then(() => {
    assertThrows(() => socket.send("b"), OutboxFullError);
  });
  const second = socket.write("c");
  stage.worker.tell({ type: "taken", id: 1, upTo: 1 });
  await first;
  await settle();
  stage.worker.tell({ type: "taken", id: 1, upTo: 2 });
  await second;
  assertEquals(stage.worker.sent, ["a", "c"]);
});

Deno.test("write() that waits for room is reported as dropped before close", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage, { outbox: { maxMessages: 1 } });
  const events: string[] = [];
  for (const type of ["drop", "close"] as const) {
    socket.addEventListener(type, () => events.push(type));
  }
  const writes = ["a", "b", "c"].map((text) => socket.write(text));
  const failed = Promise.allSettled(writes);
  end(stage, { cause: "fatal" });
  await failed;
  await settle();
  assertEquals(events.at(-1), "close");
  assertEquals(socket.metrics().droppedOutbound.messages, 3);
});
