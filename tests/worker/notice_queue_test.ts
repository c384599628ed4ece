import { assert, assertEquals } from "@std/assert";
import type { InboxConfig } from "../../lib/queue/inbox.ts";
import {
  type Notice,
  RECEIVE_WINDOW_BYTES,
  RECEIVE_WINDOW_MESSAGES,
  TRANSFER_FROM,
} from "../../lib/boundary/protocol.ts";
import { type NoticePost, NoticeQueue } from "../../lib/worker/notice_queue.ts";

const ROOM = { messages: Infinity, bytes: Infinity };
const ASK = { type: "ask", id: 1, question: 1, what: "url" } as const;
const LAST = {
  type: "closed",
  id: 1,
  after: 0,
  status: { kind: "closed", attempt: 1 },
  cause: "requested",
  info: { closeCode: 1000, reason: "", wasClean: true },
} as const;

function mailboxWith(
  config: Partial<InboxConfig> = {},
): { mailbox: NoticeQueue; readied: () => number } {
  let readied = 0;
  const mailbox = new NoticeQueue(
    1,
    { maxMessages: 10, maxBytes: 100, overflow: "pause", ...config },
    () => readied += 1,
  );
  return { mailbox, readied: () => readied };
}

function collect(
  mailbox: NoticeQueue,
  room: NoticePost["room"] = ROOM,
): NoticePost {
  const post: NoticePost = {
    notices: [],
    messages: [],
    runs: [],
    transfer: [],
    room: { ...room },
  };
  mailbox.fill(post);
  return post;
}

/** The same as the hub puts it. */
function collected(mailbox: NoticeQueue): readonly Notice[] {
  const { notices, messages, runs } = collect(mailbox);
  if (runs.length === 0) return notices;
  return [...notices, { type: "messages", messages, runs }];
}

Deno.test("Mailbox() is empty at first", () => {
  const { mailbox } = mailboxWith();
  assert(mailbox.isEmpty && !mailbox.hasWork && mailbox.hasRoom);
  assertEquals(mailbox.after, 0);
  assertEquals(collected(mailbox), []);
});

Deno.test("Mailbox.collect() gathers messages and transfers large buffers", () => {
  const { mailbox, readied } = mailboxWith();
  const small = new ArrayBuffer(3);
  const large = new ArrayBuffer(TRANSFER_FROM);
  const messages = ["a", small, large];
  const bytes = 4 + TRANSFER_FROM;
  mailbox.storeMessage("a", 1);
  mailbox.storeMessage(small, 3);
  mailbox.storeMessage(large, TRANSFER_FROM);
  assertEquals(readied(), 3);
  assertEquals(mailbox.size, { messages: 3, bytes });
  const post = collect(mailbox);
  assertEquals(post.notices, []);
  assertEquals(post.messages, messages);
  assertEquals(post.runs, [1, 1, 3, bytes]);
  assertEquals(post.transfer, [large]);
  assertEquals(mailbox.after, 3);
});

Deno.test("Mailbox.collect() tells `unsent` before a `taken` that covers it", () => {
  const { mailbox } = mailboxWith();
  mailbox.taken(1);
  mailbox.push({ type: "unsent", id: 1, message: 2, reason: "expired" });
  mailbox.taken(3);
  assertEquals(collected(mailbox), [
    { type: "taken", id: 1, upTo: 1 },
    { type: "unsent", id: 1, message: 2, reason: "expired" },
    { type: "taken", id: 1, upTo: 3 },
  ]);
  assert(mailbox.isEmpty);
});

Deno.test("Mailbox.collect() tells of drops before what happened after them", () => {
  const { mailbox } = mailboxWith({ maxMessages: 1, overflow: "drop-oldest" });
  mailbox.storeMessage("a", 1);
  mailbox.storeMessage("b", 1);
  mailbox.storeMessage("c", 1);
  mailbox.push(ASK);
  mailbox.drop("unopened", { count: 1, bytes: 5 });
  assertEquals(collected(mailbox), [
    {
      type: "dropped",
      id: 1,
      upTo: 2,
      reason: "overflow",
      count: 2,
      bytes: 2,
    },
    ASK,
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

Deno.test("Mailbox.store() lets nobody wait for a message that it did not keep", () => {
  const newest = mailboxWith({ maxMessages: 1, overflow: "drop-newest" });
  newest.mailbox.storeMessage("a", 1);
  newest.mailbox.storeMessage("b", 2);
  assertEquals(newest.mailbox.after, 1);
  assertEquals(collected(newest.mailbox), [
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
  newest.mailbox.storeMessage("c", 1);
  assertEquals(collected(newest.mailbox), [
    { type: "messages", messages: ["c"], runs: [1, 2, 1, 1] },
  ]);

  const close = mailboxWith({ maxMessages: 1, overflow: "close" });
  close.mailbox.storeMessage("a", 1);
  assertEquals(close.mailbox.storeMessage("b", 2).kind, "overflow");
  assertEquals(close.mailbox.after, 1);
  assertEquals(collected(close.mailbox).length, 2);
});

Deno.test("Mailbox.collect() keeps the window of messages until they are consumed", () => {
  const { mailbox, readied } = mailboxWith({
    maxMessages: Infinity,
    maxBytes: Infinity,
  });
  for (let n = 0; n <= RECEIVE_WINDOW_MESSAGES; n += 1) {
    mailbox.storeMessage("a", 1);
  }
  const [batch] = collected(mailbox);
  assert(batch?.type === "messages");
  assertEquals(batch.messages.length, RECEIVE_WINDOW_MESSAGES);
  assert(!mailbox.hasWork && !mailbox.isEmpty);
  assertEquals(collected(mailbox), []);
  const before = readied();
  mailbox.consumed(1, 1);
  assertEquals(readied(), before + 1);
  assertEquals(collected(mailbox).length, 1);
  mailbox.consumed(1, 1);
  assertEquals(readied(), before + 1);
});

Deno.test("Mailbox.collect() keeps the window of bytes, which one message may exceed", () => {
  const { mailbox } = mailboxWith({
    maxMessages: Infinity,
    maxBytes: Infinity,
  });
  mailbox.storeMessage("large", 2 * RECEIVE_WINDOW_BYTES);
  mailbox.storeMessage("next", 4);
  assertEquals(collected(mailbox).length, 1);
  assertEquals(collected(mailbox), []);
  mailbox.consumed(1, 2 * RECEIVE_WINDOW_BYTES);
  assertEquals(collected(mailbox).length, 1);
});

Deno.test("Mailbox.collect() takes no more than the room of a post", () => {
  const { mailbox } = mailboxWith();
  for (const text of ["a", "b", "c"]) mailbox.storeMessage(text, 1);
  collect(mailbox, { messages: 2, bytes: 100 });
  assertEquals(mailbox.size.messages, 1);
  assert(mailbox.hasWork);
});

Deno.test("Mailbox.tellLast() is followed by nothing but messages from before", () => {
  const { mailbox } = mailboxWith({ maxMessages: Infinity });
  for (let n = 0; n < 2 * RECEIVE_WINDOW_MESSAGES; n += 1) {
    mailbox.storeMessage("", 0);
  }
  mailbox.pushLast(LAST);
  mailbox.push(ASK);
  mailbox.taken(7);
  mailbox.drop("unopened", { count: 1, bytes: 1 });
  const types = collected(mailbox).map(({ type }) => type);
  assertEquals(types, ["closed", "messages"]);
  assert(mailbox.isEmpty);
});

Deno.test("Mailbox.clear() tells what is dropped, if there is anything", () => {
  const { mailbox } = mailboxWith();
  mailbox.clear("closed");
  assert(mailbox.isEmpty);
  mailbox.storeMessage("a", 1);
  mailbox.clear("closed");
  assertEquals(collected(mailbox), [
    { type: "dropped", id: 1, upTo: 1, reason: "closed", count: 1, bytes: 1 },
  ]);
});

Deno.test("Mailbox.seal() forgets what is there and what comes", () => {
  const { mailbox } = mailboxWith();
  mailbox.storeMessage("a", 1);
  mailbox.taken(1);
  mailbox.push(ASK);
  mailbox.drop("unopened", { count: 1, bytes: 1 });
  mailbox.seal();
  mailbox.push(ASK);
  mailbox.pushLast(LAST);
  assert(mailbox.isEmpty);
});
