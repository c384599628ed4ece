/** What a node does with messages that are sent to its sessions. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  memoryStore,
  SessionSendError,
  type SessionStore,
  SessionStoreError,
} from "../../lib/server/mod.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { opened, TestNode } from "./nodes.ts";

Deno.test("LocalNode.session().send() stores a message, and tells whose session it is", async () => {
  await using node = new TestNode();
  const { id, notices } = await opened(node);
  await node.session(id).send("a");
  await Promise.resolve();
  assertEquals(notices.map(({ type }) => type), ["appended"]);
  assertEquals(node.counters.read().stored, 1);
});

Deno.test("LocalNode.session().send() rejects what the client does not take", async () => {
  await using node = new TestNode({ buffer: { maxMessages: 1 } });
  const { id } = await opened(node);
  const codes: string[] = [];
  for (const data of ["x".repeat(91), "a", "b"]) {
    await node.session(id).send(data).catch(({ code }) => codes.push(code));
  }
  await node.session("none").send("a").catch(({ code }) => codes.push(code));
  assertEquals(codes, ["too-large", "full", "gone"]);
  assertEquals(node.counters.read().rejected, 2);
  await assertRejects(() => node.session(id).send("c"), SessionSendError, "1");
});

Deno.test("LocalNode.session().send() rejects what a client of another node does not take", async () => {
  await using store = memoryStore();
  await using one = new TestNode({ store });
  await using two = new TestNode({ store, maxMessage: 50 });
  const { id } = await opened(one);
  const session = two.session(id);
  const sizes = [100, 101, 51];
  const results = await Promise.allSettled(
    sizes.map((size) => session.send("x".repeat(size))),
  );
  assertEquals(
    results.map((result) =>
      result.status === "fulfilled" ? "stored" : result.reason.code
    ),
    ["stored", "too-large", "stored"],
  );
  await assertRejects(() => session.send("x".repeat(101)), Error, "100 bytes");
  const { stored, rejected } = two.counters.read();
  assertEquals([stored, rejected], [2, 2]);
});

Deno.test("LocalNode.session().send() leaves it to the store what a client takes that went elsewhere", async () => {
  await using store = memoryStore();
  await using one = new TestNode({ store });
  await using two = new TestNode({ store });
  const { id } = await opened(one);
  const owner = { notify: () => {} };
  two.registry.enter({ id, principal: "", maxMessage: 9, owner });
  two.registry.leave(id, owner, Infinity);
  await two.session(id).send("x".repeat(50));
});

/** A store whose next answers to `append()` wait until they are released. */
function slowStore() {
  const inner = memoryStore({ clock: new ManualClock() });
  const held: (() => void)[] = [];
  const append: SessionStore["append"] = async (...values) => {
    await new Promise<void>((resolve) => held.push(resolve));
    return await inner.append(...values);
  };
  return {
    store: { ...inner, append } as SessionStore,
    release: () => held.shift()!(),
  };
}

Deno.test("LocalNode.session().send() stores the messages of one turn together, in order", async () => {
  await using node = new TestNode();
  const { id, notices } = await opened(node);
  const session = node.session(id);
  await Promise.all(["a", "b", "c"].map((data) => session.send(data)));
  const stored = await node.store.read(id, 0, 9);
  assertEquals(stored.map(({ seq, data }) => `${seq} ${data}`), [
    ...["1 a", "2 b", "3 c"],
  ]);
  assertEquals([notices.length, node.counters.read().stored], [1, 3]);
});

Deno.test("LocalNode.session().send() rejects those of one turn that have no room, and counts them", async () => {
  await using node = new TestNode({ buffer: { maxMessages: 3, maxBytes: 20 } });
  const { id } = await opened(node);
  const session = node.session(id);
  await session.send("first");
  const results = await Promise.allSettled([
    ...["second", "x".repeat(10), "third"].map((data) => session.send(data)),
    session.send(new Blob() as never),
    session.send("x".repeat(91)),
  ]);
  assertEquals(
    results.map((result) =>
      result.status === "fulfilled"
        ? "stored"
        : result.reason.code ?? result.reason.name
    ),
    ["stored", "full", "stored", "TypeError", "too-large"],
  );
  const stored = await node.store.read(id, 0, 9);
  assertEquals(stored.map(({ data }) => data), ["first", "second", "third"]);
  const { stored: count, rejected } = node.counters.read();
  assertEquals([count, rejected], [3, 1]);
});

Deno.test("LocalNode.session().send() drops the oldest for all messages of a turn, and counts them", async () => {
  const overflow = "drop-oldest";
  await using node = new TestNode({ buffer: { maxMessages: 3, overflow } });
  const { id } = await opened(node);
  const texts = ["a", "b", "c", "d", "e", "f", "g"];
  await Promise.all(texts.map((data) => node.session(id).send(data)));
  const stored = await node.store.read(id, 0, 9);
  assertEquals(stored.map(({ data }) => data), ["e", "f", "g"]);
  assertEquals(node.counters.read().dropped, 4);
});

Deno.test("LocalNode.session().send() ends a session that has no room for all of a turn, with what it had room for", async () => {
  const ended: string[] = [];
  await using node = new TestNode({
    buffer: { maxMessages: 2, overflow: "end" },
    handler: {
      message() {},
      ended: (_session, { why, unconsumed }) =>
        void ended.push(`${why} ${unconsumed.map(({ data }) => data)}`),
    },
  });
  const { id } = await opened(node);
  const session = node.session(id);
  await session.send("a");
  const results = await Promise.allSettled(
    ["b", "c", "d"].map((data) => session.send(data)),
  );
  const codes = results.map((result) =>
    result.status === "fulfilled" ? "stored" : result.reason.code
  );
  assertEquals(codes, ["stored", "full", "gone"]);
  assertEquals(ended, ["evicted a,b"]);
  await assertRejects(() => session.send("e"), SessionSendError, "ended");
});

Deno.test("LocalNode.session().end() follows what was sent before", async () => {
  const { store, release } = slowStore();
  const unconsumed: unknown[] = [];
  await using node = new TestNode({
    store,
    handler: {
      message() {},
      ended: (_session, info) =>
        void unconsumed.push(...info.unconsumed.map(({ data }) => data)),
    },
  });
  const { id } = await opened(node);
  const session = node.session(id);
  const sent = Promise.all(["a", "b"].map((data) => session.send(data)));
  const end = session.end();
  release();
  await Promise.all([sent, end]);
  assertEquals(unconsumed, ["a", "b"]);
});

Deno.test("LocalNode.session().end() gives the store at once what was sent in its turn", async () => {
  const unconsumed: unknown[] = [];
  await using node = new TestNode({
    handler: {
      message() {},
      ended: (_session, info) =>
        void unconsumed.push(...info.unconsumed.map(({ data }) => data)),
    },
  });
  const { id } = await opened(node);
  const sent = node.session(id).send("a");
  await Promise.all([sent, node.session(id).end()]);
  assertEquals(unconsumed, ["a"]);
});

Deno.test("LocalNode.settled() waits for the answers to what was sent", async () => {
  const { store, release } = slowStore();
  await using node = new TestNode({ store });
  const { id } = await opened(node);
  const sent = ["a", "b"].map((data) => node.session(id).send(data));
  let isSettled = false;
  const settled = node.settled().then(() => isSettled = true);
  for (let turn = 0; turn < 20; turn += 1) await undefined;
  assertEquals(isSettled, false);
  release();
  await Promise.all([settled, ...sent]);
  assertEquals(node.counters.read().stored, 2);
});

Deno.test("LocalNode stores what is sent just before it is disposed", async () => {
  const node = new TestNode();
  const { id } = await opened(node);
  const sent = ["a", "b"].map((data) => node.session(id).send(data));
  await Promise.all([node[Symbol.asyncDispose](), ...sent]);
  assertEquals(node.counters.read().stored, 2);
  await assertRejects(() => node.session(id).send("c"), SessionStoreError);
});

Deno.test("LocalNode.accept() gives the store replies after what was sent before", async () => {
  const { store, release } = slowStore();
  await using node = new TestNode({ store });
  const { id, lease } = await opened(node);
  const sent = ["a", "b"].map((data) => node.session(id).send(data));
  const step = { lease, handled: 1, claim: 1, ack: 0, counter: 1, ttl: 90_000 };
  const bare = await node.accept({ ...step, replies: [] });
  const accepted = node.accept({ ...step, replies: ["c"] });
  release();
  await Promise.all(sent);
  assertEquals(bare, { kind: "accepted", last: 0, bytes: 0 });
  assertEquals(await accepted, { kind: "accepted", last: 3, bytes: 3 });
  const stored = await node.store.read(id, 0, 9);
  assertEquals(stored.map(({ data }) => data), ["a", "b", "c"]);
});
