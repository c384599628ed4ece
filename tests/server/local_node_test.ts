import { assertEquals, assertRejects } from "@std/assert";
import {
  memoryStore,
  type SessionStore,
  SessionStoreError,
} from "../../lib/server/mod.ts";
import {
  newSessionId,
  openSession,
} from "../../lib/server/connection/requests.ts";
import { OPEN } from "../session/server/peer.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { LossyStore } from "./lossy_store.ts";
import { noting, opened, TestNode } from "./nodes.ts";

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
  // The sweep, and the request that is open since the last one.
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

Deno.test("LocalNode.maintain() ends nothing before clients had the time that an outage took", async () => {
  const inner = memoryStore({ clock: new ManualClock() });
  const over: string[] = [];
  const asked: string[] = [];
  let isFull = true;
  await using node = new TestNode({
    store: {
      ...inner,
      due: () => Promise.resolve(over),
      end: (id) => {
        asked.push(id);
        return isFull
          ? Promise.reject(new Error("No room"))
          : Promise.resolve({ kind: "gone" });
      },
    } as SessionStore,
  });
  over.push("s");
  // What writes nothing goes on meanwhile.
  for (let round = 0; round < 3; round += 1) {
    node.maintain([]);
    await node.settled();
    node.onStoreFailure(new Error("No room"));
    node.clock.advance(10_000);
  }
  isFull = false;
  asked.length = 0;
  node.maintain([]);
  await node.settled();
  assertEquals(asked, []);
  node.clock.advance(20_000);
  node.maintain([]);
  await node.settled();
  assertEquals(new Set(asked), new Set(["s"]));
});

Deno.test("LocalNode.maintain() prolongs its own leases before it ends what is over", async () => {
  const steps: string[] = [];
  const inner = memoryStore({ clock: new ManualClock() });
  const store: SessionStore = {
    ...inner,
    touch: async (leases) => {
      steps.push(`touch ${leases.length}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      steps.push("touched");
      return [];
    },
    due: () => {
      steps.push("due");
      return Promise.resolve([]);
    },
  } as SessionStore;
  await using node = new TestNode({ store });
  const { lease } = await opened(node);
  // More would block the thread of a store in the same process.
  const leases = Array.from({ length: 600 }, () => ({ lease, ttl: 120_000 }));
  node.maintain(leases);
  await node.settled();
  assertEquals(steps, ["touch 512", "touched", "touch 88", "touched", "due"]);
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
