import { assert, assertEquals } from "@std/assert";
import type { InboxConfig } from "../../../lib/queue/inbox.ts";
import type { Pack } from "../../../lib/queue/pack.ts";
import {
  type Notice,
  RECEIVE_WINDOW_BYTES,
  RECEIVE_WINDOW_MESSAGES,
} from "../../../lib/boundary/protocol.ts";
import { TRANSFER_FROM } from "../../../lib/boundary/transfer.ts";
import {
  type NoticePost,
  NoticeQueue,
} from "../../../lib/worker/posts/notice_queue.ts";

const UNBOUNDED = { messages: Infinity, bytes: Infinity };
const REQUEST = { type: "request", id: 1, request: 1, what: "url" } as const;
const LAST = {
  type: "closed",
  id: 1,
  after: 0,
  status: { kind: "closed", attempt: 1 },
  cause: "requested",
  info: { closeCode: 1000, reason: "", wasClean: true },
} as const;

function queueWith(
  config: Partial<InboxConfig> = {},
): { queue: NoticeQueue; readied: () => number } {
  let readied = 0;
  const queue = new NoticeQueue(
    1,
    { maxMessages: 10, maxBytes: 100, overflow: "pause", ...config },
    () => readied += 1,
  );
  return { queue, readied: () => readied };
}

function collect(
  queue: NoticeQueue,
  left: NoticePost["left"] = UNBOUNDED,
): NoticePost {
  const post: NoticePost = {
    notices: [],
    messages: [],
    runs: [],
    transfer: [],
    left: { ...left },
  };
  queue.fill(post);
  return post;
}

/** Messages of one byte each. */
function makePack(count: number): Pack {
  return { kind: "ascii", count, bytes: count, buffer: new ArrayBuffer(1) };
}

/** The same as the hub puts it. */
function collected(queue: NoticeQueue): readonly Notice[] {
  const { notices, messages, runs } = collect(queue);
  if (runs.length === 0) return notices;
  return [...notices, { type: "messages", messages, runs }];
}

Deno.test("NoticeQueue() is empty at first", () => {
  const { queue } = queueWith();
  assert(queue.isEmpty && !queue.hasWork && queue.hasRoom);
  assertEquals(queue.after, 0);
  assertEquals(collected(queue), []);
});

Deno.test("NoticeQueue.fill() gathers messages and transfers large buffers", () => {
  const { queue, readied } = queueWith();
  const small = new ArrayBuffer(3);
  const large = new ArrayBuffer(TRANSFER_FROM);
  const messages = ["a", small, large];
  const bytes = 4 + TRANSFER_FROM;
  queue.storeMessage("a", 1);
  queue.storeMessage(small, 3);
  queue.storeMessage(large, TRANSFER_FROM);
  assertEquals(readied(), 3);
  assertEquals(queue.size, { messages: 3, bytes });
  const post = collect(queue);
  assertEquals(post.notices, []);
  assertEquals(post.messages, messages);
  assertEquals(post.runs, [1, 1, 3, bytes]);
  assertEquals(post.transfer, [large]);
  assertEquals(queue.after, 3);
});

Deno.test("NoticeQueue.fill() transfers a pack, when there is credit for all of it", () => {
  const { queue } = queueWith({ maxMessages: 1e6, maxBytes: 1e9 });
  const packs = Array.from({ length: 33 }, () => makePack(1_000));
  for (const pack of packs) queue.storeMessage(pack, pack.bytes);
  assertEquals([queue.after, queue.size.messages], [33_000, 33_000]);
  const whole = { messages: RECEIVE_WINDOW_MESSAGES * 2, bytes: 1 << 22 };
  const post = collect(queue, whole);
  assertEquals(post.messages, packs.slice(0, 32));
  assertEquals(post.transfer, packs.slice(0, 32).map(({ buffer }) => buffer));
  assertEquals(post.runs, [1, 1, 32_000, 32_000]);
  // There is credit for 768 messages.
  assert(!queue.hasWork);
  assertEquals(collected(queue), []);
  queue.consumed(1_000, 1_000);
  assert(queue.hasWork);
  assertEquals(collect(queue, whole).runs, [1, 32_001, 1_000, 1_000]);
});

Deno.test("NoticeQueue.takesPacks is true where no message is dropped", () => {
  const { queue: pausing } = queueWith();
  const { queue: dropping } = queueWith({ overflow: "drop-oldest" });
  assertEquals([pausing.takesPacks, dropping.takesPacks], [true, false]);
});

Deno.test("NoticeQueue.fill() adds `unsent` before a `taken` that covers it", () => {
  const { queue } = queueWith();
  queue.taken(1);
  queue.push({ type: "unsent", id: 1, message: 2, reason: "expired" });
  queue.taken(3);
  assertEquals(collected(queue), [
    { type: "taken", id: 1, upTo: 1 },
    { type: "unsent", id: 1, message: 2, reason: "expired" },
    { type: "taken", id: 1, upTo: 3 },
  ]);
  assert(queue.isEmpty);
});

Deno.test("NoticeQueue.fill() adds drops before what happened after them", () => {
  const { queue } = queueWith({ maxMessages: 1, overflow: "drop-oldest" });
  queue.storeMessage("a", 1);
  queue.storeMessage("b", 1);
  queue.storeMessage("c", 1);
  queue.push(REQUEST);
  queue.drop("unopened", { count: 1, bytes: 5 });
  assertEquals(collected(queue), [
    {
      type: "dropped",
      id: 1,
      upTo: 2,
      reason: "overflow",
      count: 2,
      bytes: 2,
    },
    REQUEST,
    {
      type: "dropped",
      id: 1,
      upTo: 2,
      reason: "unopened",
      count: 1,
      bytes: 5,
    },
    { type: "messages", messages: ["c"], runs: [1, 3, 1, 1] },
  ]);
});

Deno.test("NoticeQueue.storeMessage() numbers no message that it did not keep", () => {
  const newest = queueWith({ maxMessages: 1, overflow: "drop-newest" });
  newest.queue.storeMessage("a", 1);
  newest.queue.storeMessage("b", 2);
  assertEquals(newest.queue.after, 1);
  assertEquals(collected(newest.queue), [
    {
      type: "dropped",
      id: 1,
      upTo: 0,
      reason: "overflow",
      count: 1,
      bytes: 2,
    },
    { type: "messages", messages: ["a"], runs: [1, 1, 1, 1] },
  ]);
  newest.queue.storeMessage("c", 1);
  assertEquals(collected(newest.queue), [
    { type: "messages", messages: ["c"], runs: [1, 2, 1, 1] },
  ]);

  const close = queueWith({ maxMessages: 1, overflow: "close" });
  close.queue.storeMessage("a", 1);
  assertEquals(close.queue.storeMessage("b", 2).kind, "overflow");
  assertEquals(close.queue.after, 1);
  assertEquals(collected(close.queue).length, 2);
});

Deno.test("NoticeQueue.fill() keeps the window of messages until they are consumed", () => {
  const { queue, readied } = queueWith({
    maxMessages: Infinity,
    maxBytes: Infinity,
  });
  for (let n = 0; n <= RECEIVE_WINDOW_MESSAGES; n += 1) {
    queue.storeMessage("a", 1);
  }
  const [batch] = collected(queue);
  assert(batch?.type === "messages");
  assertEquals(batch.messages.length, RECEIVE_WINDOW_MESSAGES);
  assert(!queue.hasWork && !queue.isEmpty);
  assertEquals(collected(queue), []);
  const before = readied();
  queue.consumed(1, 1);
  assertEquals(readied(), before + 1);
  assertEquals(collected(queue).length, 1);
  queue.consumed(1, 1);
  assertEquals(readied(), before + 1);
});

Deno.test("NoticeQueue.fill() keeps the window of bytes, which one message may exceed", () => {
  const { queue } = queueWith({
    maxMessages: Infinity,
    maxBytes: Infinity,
  });
  queue.storeMessage("large", 2 * RECEIVE_WINDOW_BYTES);
  queue.storeMessage("next", 4);
  assertEquals(collected(queue).length, 1);
  assertEquals(collected(queue), []);
  queue.consumed(1, 2 * RECEIVE_WINDOW_BYTES);
  assertEquals(collected(queue).length, 1);
});

Deno.test("NoticeQueue.fill() takes no more than what is left of a post", () => {
  const { queue } = queueWith();
  for (const text of ["a", "b", "c"]) queue.storeMessage(text, 1);
  collect(queue, { messages: 2, bytes: 100 });
  assertEquals(queue.size.messages, 1);
  assert(queue.hasWork);
});

Deno.test("NoticeQueue.push() leaves reports out where too many wait, and counts them", () => {
  const { queue } = queueWith({ maxMessages: 1, overflow: "drop-newest" });
  const record = {
    type: "log",
    id: 1,
    level: "debug",
    message: "",
    fields: {},
  } as const;
  const latency = { type: "heartbeat", id: 1, after: 0, latency: 1 } as const;
  queue.push({ ...latency, longestGap: 1 });
  for (let n = 0; n < 5_000; n += 1) {
    queue.storeMessage("a", 1);
    queue.push(record);
  }
  // What something depends on is posted in any case.
  queue.unsent(1, "expired");
  const notices = collected(queue);
  const count = (type: Notice["type"]) =>
    notices.filter((notice) => notice.type === type).length;
  assertEquals([count("heartbeat"), count("unsent")], [1, 1]);
  // Drops are summed up where nothing lies between them.
  assert(count("dropped") <= 1_001, `${count("dropped")}`);
  assertEquals(
    notices.filter(({ type }) => type === "dropped")
      .reduce(
        (sum, drop) => sum + (drop.type === "dropped" ? drop.count : 0),
        0,
      ),
    4_999,
  );
  const logs = notices.filter((notice) => notice.type === "log");
  assertEquals(logs.length, 1_000);
  assertEquals(logs.at(-1), {
    ...record,
    level: "warn",
    message: "Log records and heartbeats were left out: too many waited",
    fields: { count: 4_001 },
  });
  queue.push(record);
  assertEquals(collected(queue), [record]);
});

Deno.test("NoticeQueue.pushLast() is followed by nothing but messages from before", () => {
  const { queue } = queueWith({ maxMessages: Infinity });
  for (let n = 0; n < 2 * RECEIVE_WINDOW_MESSAGES; n += 1) {
    queue.storeMessage("", 0);
  }
  queue.pushLast(LAST);
  queue.push(REQUEST);
  queue.taken(7);
  queue.drop("unopened", { count: 1, bytes: 1 });
  const types = collected(queue).map(({ type }) => type);
  assertEquals(types, ["closed", "messages"]);
  assert(queue.isEmpty);
});

Deno.test("NoticeQueue.clear() reports what is dropped, if anything is", () => {
  const { queue } = queueWith();
  queue.clear("closed");
  assert(queue.isEmpty);
  queue.storeMessage("a", 1);
  queue.clear("closed");
  assertEquals(collected(queue), [
    { type: "dropped", id: 1, upTo: 1, reason: "closed", count: 1, bytes: 1 },
  ]);
});

Deno.test("NoticeQueue.seal() drops what is there and what comes", () => {
  const { queue } = queueWith();
  queue.storeMessage("a", 1);
  queue.taken(1);
  queue.push(REQUEST);
  queue.drop("unopened", { count: 1, bytes: 1 });
  queue.seal();
  queue.push(REQUEST);
  queue.pushLast(LAST);
  assert(queue.isEmpty);
});

Deno.test("NoticeQueue() goes on with the numbers of a worker before", () => {
  const bounds = { maxMessages: 9, maxBytes: 9, overflow: "pause" } as const;
  const queue = new NoticeQueue(1, bounds, () => {}, 4);
  assertEquals(queue.after, 4);
  queue.storeMessage("a", 1);
  assertEquals(queue.after, 5);
});
