import { assertEquals, assertRejects } from "@std/assert";
import {
  memoryStore,
  SessionSendError,
  type SessionStore,
  SessionStoreError,
} from "../../lib/server/mod.ts";
import {
  newSessionId,
  openSession,
} from "../../lib/server/connection/requests.ts";
import type { StoreNotice } from "../../lib/session/store/store.ts";
import { OPEN } from "../session/server/peer.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { LossyStore } from "./lossy_store.ts";
import { noting, TestNode } from "./nodes.ts";

/** A session of a node, as a connection would have it. */
async function opened(node: TestNode) {
  const id = newSessionId();
  const notices: StoreNotice[] = [];
  const owner = { notify: (notice: StoreNotice) => void notices.push(notice) };
  const { lease } = await openSession(node, {
    ...{ id, principal: "ann", request: OPEN },
  });
  node.registry.listen(id, owner);
  node.registry.enter({ id, principal: "ann", maxMessage: 90, owner });
  const detach = async () => {
    node.registry.leave(id, owner, node.clock.now() + 60_000);
    node.detach(lease, 60_000);
    await node.settled();
  };
  return { id, lease, notices, detach };
}

function endsOf(ended: string[]) {
  return {
    message() {},
    ended: ({ id }: { readonly id: string }, { why }: { why: string }) =>
      void ended.push(`${id} ${why}`),
  };
}

/** A session that the store has ended, and did not say so. */
async function endedWithoutAnswer() {
  const ended: string[] = [];
  const lossy = new LossyStore();
  const node = new TestNode({ handler: endsOf(ended), store: lossy.store });
  const { id } = await opened(node);
  lossy.fate = "lost after the step";
  await assertRejects(() => node.session(id).end(), SessionStoreError);
  return { node, id, ended };
}

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
  assertEquals(bare, { kind: "accepted", last: 0 });
  assertEquals(await accepted, { kind: "accepted", last: 3 });
  const stored = await node.store.read(id, 0, 9);
  assertEquals(stored.map(({ data }) => data), ["a", "b", "c"]);
});

Deno.test("LocalNode.end() tells the application once", async () => {
  const ended: string[] = [];
  await using node = new TestNode({ handler: endsOf(ended) });
  const { id } = await opened(node);
  await node.session(id).end();
  await node.session(id).end();
  assertEquals(ended, [`${id} ended`]);
  assertEquals([node.counters.read().ended, node.registry.size], [1, 0]);
});

Deno.test("LocalNode.maintain() asks again for an end whose answer was lost, and tells it once", async () => {
  const { node, id, ended } = await endedWithoutAnswer();
  node.maintain([]);
  await node.settled();
  assertEquals(ended, [`${id} ended`]);
  await node.session(id).end();
  node.maintain([]);
  await node[Symbol.asyncDispose]();
  assertEquals(ended, [`${id} ended`]);
});

Deno.test("LocalNode.maintain() ends no session that somebody may have resumed", async () => {
  const lossy = new LossyStore();
  const node = new TestNode({ store: lossy.store });
  const { id } = await opened(node);
  lossy.fate = "lost before the step";
  await assertRejects(() => node.session(id).end(), SessionStoreError);
  node.maintain([]);
  await node.settled();
  await node.session(id).send("still there");
  assertEquals(lossy.asked, ["always", "expired"]);
  await node[Symbol.asyncDispose]();
});

Deno.test("LocalNode.maintain() asks once for an end that its sweeps ask for again and again", async () => {
  const lossy = new LossyStore();
  const node = new TestNode({ store: lossy.store });
  const { id, detach } = await opened(node);
  await detach();
  Object.defineProperty(lossy.store, "due", {
    value: () => Promise.resolve([id]),
  });
  lossy.fate = "away";
  const asked = async () => {
    lossy.asked.length = 0;
    node.maintain([]);
    await node.settled();
    return lossy.asked.length;
  };
  const counts = [await asked(), await asked(), await asked(), await asked()];
  // The sweep, and the question that is open since the last one.
  assertEquals(counts, [1, 2, 2, 2]);
  await node[Symbol.asyncDispose]();
});

Deno.test("LocalNode asks once more before it is disposed what came of an end", async () => {
  const { node, id, ended } = await endedWithoutAnswer();
  await node[Symbol.asyncDispose]();
  assertEquals(ended, [`${id} ended`]);
});

Deno.test("LocalNode.detach() ends the oldest sessions when too much waits", async () => {
  const ended: string[] = [];
  await using node = new TestNode({
    handler: endsOf(ended),
    limits: { detachedBytes: 100 },
  });
  const [first, second] = [await opened(node), await opened(node)];
  await node.session(first.id).send("x".repeat(60));
  await first.detach();
  await node.session(second.id).send("x".repeat(40));
  await second.detach();
  assertEquals([ended.length, node.registry.detachedBytes], [0, 100]);
  await node.session(second.id).send("x");
  await node.settled();
  assertEquals(ended, [`${first.id} evicted`]);
  assertEquals(node.registry.detachedBytes, 41);
});

Deno.test("LocalNode.maintain() tells whose lease has ended without a notice", async () => {
  await using node = new TestNode();
  const { lease, notices } = await opened(node);
  const older = { ...lease, fence: 0 };
  node.maintain([{ lease, ttl: 1 }, { lease: older, ttl: 1 }]);
  await node.settled();
  const { session } = lease;
  assertEquals(notices, [{ type: "fenced", session, fence: 0, why: "ended" }]);
});

Deno.test("LocalNode.maintain() ends what is over", async () => {
  const ended: string[] = [];
  await using node = new TestNode({ handler: endsOf(ended) });
  const { id, detach } = await opened(node);
  await detach();
  node.clock.advance(60_000);
  node.maintain([]);
  await node.settled();
  assertEquals(ended, [`${id} expired`]);
});

/** A node with so many sessions that are over. */
async function withExpired(node: TestNode, count: number) {
  for (let n = 0; n < count; n += 1) {
    await openSession(node, {
      ...{ id: newSessionId(), principal: "ann", request: OPEN },
    });
  }
  node.clock.advance(120_000);
}

Deno.test("LocalNode.maintain() ends all that is over, however much it is", async () => {
  await using node = new TestNode();
  await withExpired(node, 250);
  node.maintain([]);
  node.maintain([]);
  await node.settled();
  assertEquals(node.counters.read().ended, 250);
  assertEquals(await node.store.due(1), []);
});

Deno.test("LocalNode.maintain() leaves a session that was resumed meanwhile", async () => {
  const inner = memoryStore({ clock: new ManualClock() });
  const over: string[] = [];
  const due = () => Promise.resolve(over);
  await using node = new TestNode({ store: { ...inner, due } as SessionStore });
  const { id } = await opened(node);
  over.push(id);
  node.maintain([]);
  await node.settled();
  assertEquals(node.registry.find(id)?.maxMessage, 90);
});

Deno.test("LocalNode.maintain() goes on after a sweep that failed", async () => {
  const inner = memoryStore({ clock: new ManualClock() });
  let calls = 0;
  const due = (limit: number) => {
    calls += 1;
    return calls === 2
      ? Promise.reject(new Error("Disk on fire"))
      : Promise.resolve(calls > 4 ? [] : Array.from({ length: limit }, String));
  };
  await using node = new TestNode({ store: { ...inner, due } as SessionStore });
  node.maintain([]);
  await node.settled();
  node.maintain([]);
  await node.settled();
  assertEquals(calls, 5);
});

Deno.test("LocalNode.stopSweeps() leaves the rest of what is over", async () => {
  await using node = new TestNode();
  await withExpired(node, 250);
  node.maintain([]);
  node.stopSweeps();
  await node.settled();
  assertEquals(node.counters.read().ended, 100);
});

Deno.test("LocalNode hears its store once it can, after it could not", async () => {
  await using inner = memoryStore({ clock: new ManualClock() });
  let isAway = true;
  const listen: SessionStore["listen"] = (name, listener) =>
    isAway
      ? Promise.reject(new Error("Not connected yet"))
      : inner.listen(name, listener);
  await using node = new TestNode({
    store: { ...inner, listen } as SessionStore,
  });
  await node.settled();
  await assertRejects(() => opened(node), Error, "Not connected yet");
  isAway = false;
  const { id, notices } = await opened(node);
  await node.session(id).send("a");
  await Promise.resolve();
  assertEquals(notices.map(({ type }) => type), ["appended"]);
});

Deno.test("LocalNode.track() counts and logs what the store rejects", async () => {
  const records: string[] = [];
  const node = new TestNode({ logger: noting(records) });
  node.track(Promise.reject(new Error("Disk on fire")));
  await node.settled();
  assertEquals(records, ["error The session store failed"]);
  assertEquals(node.counters.read().storeFailures, 1);
  await node[Symbol.asyncDispose]();
  await assertRejects(() => node.store.due(1), Error, "closed");
});
