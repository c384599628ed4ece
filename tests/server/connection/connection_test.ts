import { assertEquals, assertStringIncludes } from "@std/assert";
import type { SessionServerOptions } from "../../../lib/server/mod.ts";
import { memoryStore } from "../../../lib/server/stores/memory.ts";
import type { AcceptStep } from "../../../lib/session/store/store.ts";
import { encodeControl } from "../../../lib/session/wire/control.ts";
import { OPEN, RESUME } from "../../session/server/peer.ts";
import { Dialed, settled, WINDOW } from "../dialed.ts";
import { LossyStore } from "../lossy_store.ts";
import { TestNode } from "../nodes.ts";

function nodeOf(
  handler: Partial<SessionServerOptions["handler"]> = {},
  options: Partial<SessionServerOptions> = {},
) {
  return new TestNode({ ...options, handler: { message() {}, ...handler } });
}

Deno.test("SessionConnection opens a session, and answers its messages", async () => {
  await using node = nodeOf({ message: (_, { reply }) => reply("re") });
  const client = new Dialed(node);
  const { session } = await client.open();
  assertEquals(client.connection.lease?.lease.session, session);
  await client.send("m1|a");
  assertEquals(client.peer.sent.slice(1), ["m1,1|re"]);
  assertEquals([node.registry.size, client.closed], [1, 0]);
  await client.control({ op: "bye", ack: 1 });
  assertEquals(client.peer.done, ["close 1000 "]);
  assertEquals([node.registry.size, client.closed], [0, 1]);
  assertEquals(client.connection.lease, undefined);
});

Deno.test("SessionConnection waits for a first message from the opening on", async () => {
  await using node = nodeOf();
  const client = new Dialed(node);
  node.clock.advance(9_999);
  assertEquals(client.peer.done, []);
  node.clock.advance(1);
  assertEquals(client.peer.done, ["close 4408 No first message in time"]);
  assertEquals([client.closed, node.clock.timers], [1, 0]);
});

Deno.test("SessionConnection waits for authenticate no longer than for a first message", async () => {
  await using node = nodeOf({}, { authenticate: () => new Promise(() => {}) });
  const client = new Dialed(node);
  await client.control(OPEN);
  node.clock.advance(10_000);
  assertEquals(client.peer.done, ["close 4408 No answer in time"]);
});

Deno.test("SessionConnection judges tokens one at a time, and then the newest", async () => {
  const asked: unknown[] = [];
  const first = Promise.withResolvers<string>();
  const authenticate = (_request: Request, auth: string | undefined) => {
    asked.push(auth);
    return asked.length === 2 ? first.promise : "ann";
  };
  await using node = nodeOf({}, { authenticate });
  const client = new Dialed(node);
  await client.open();
  for (let count = 1; count <= 1_000; count += 1) {
    client.hear(encodeControl({ op: "auth", auth: `t${count}` }));
  }
  await settled();
  assertEquals(asked, [undefined, "t1"]);
  first.resolve("ann");
  await settled();
  assertEquals(asked, [undefined, "t1", "t1000"]);
  assertEquals(client.peer.done, []);
});

Deno.test("SessionConnection leaves its session to wait when its client is gone", async () => {
  const calls: string[] = [];
  await using node = nodeOf({ detached: () => void calls.push("detached") });
  const client = new Dialed(node);
  const { session } = await client.open();
  await node.session(session).send("a");
  await client.cut();
  await client.send("m1|after the end");
  client.connection.checkPeer();
  assertEquals([calls, client.closed], [["detached"], 1]);
  assertEquals([node.registry.detached, node.registry.detachedBytes], [1, 1]);
});

Deno.test("SessionConnection leaves its session to wait for as long as it says, and for a lease", async () => {
  const calls: string[] = [];
  const ended = (_: unknown, { why }: { why: string }) => void calls.push(why);
  await using node = nodeOf({ ended }, { ttl: 5_000 });
  const client = new Dialed(node);
  assertEquals((await client.open()).ttl, 30_000);
  const pass = async (duration: number) => {
    node.clock.advance(duration);
    node.maintain([]);
    await node.settled();
  };
  await client.cut();
  await pass(29_999);
  assertEquals([calls, node.registry.detached], [[], 1]);
  await pass(1);
  assertEquals([calls, node.registry.detached], [["expired"], 0]);
});

Deno.test("SessionConnection resumes a session, with what came before the answer", async () => {
  await using node = nodeOf();
  const first = new Dialed(node);
  const { session, token, gen } = await first.open();
  await first.cut();
  const second = new Dialed(node);
  const resuming = second.greet({
    ...RESUME,
    ...{ token, have: [[gen, 0]], window: WINDOW, maxMessage: 1_000 },
  });
  await node.session(session).send("early");
  await resuming;
  assertStringIncludes(`${second.peer.sent[0]}`, '"op":"resumed"');
  assertEquals(second.peer.sent.slice(1), ["m1|early"]);
  assertEquals([node.registry.size, node.registry.detached], [1, 0]);
});

Deno.test("SessionConnection keeps a session that is wanted while a message has begun after one that was handled at once", async () => {
  const [first, last] = [promised(), promised()];
  const runs: string[] = [];
  await using node = nodeOf({
    message: ({ id }, { seq, redelivered }) => {
      runs.push(`${seq} ${redelivered}`);
      if (seq === 1) return first.promise;
      if (seq === 3) return last.promise;
      const fence = client.connection.lease!.lease.fence;
      client.connection.notify({ type: "wanted", session: id, fence });
      return undefined;
    },
  });
  const client = new Dialed(node);
  await client.open();
  for (const message of ["m1|a", "m2|b", "m3|c"]) await client.send(message);
  first.resolve();
  await settled();
  assertEquals(runs, ["1 false", "2 false", "3 false"]);
  assertEquals(client.closed, 0);
  assertEquals(client.connection.lease !== undefined, true);
  last.resolve();
  await settled();
  assertEquals([runs.length, client.closed], [3, 1]);
});

function promised() {
  return Promise.withResolvers<void>();
}

Deno.test("SessionConnection gives its session to a newer one", async () => {
  await using node = nodeOf();
  const first = new Dialed(node);
  const { token, gen } = await first.open();
  const second = new Dialed(node);
  await second.greet({
    ...RESUME,
    ...{ token, have: [[gen, 0]], window: WINDOW },
  });
  assertEquals(first.peer.done, [
    "close 4409 The session is held elsewhere",
  ]);
  assertEquals([first.closed, second.closed], [1, 0]);
});

Deno.test("SessionConnection.checkPeer() asks, and drops a client that is silent", async () => {
  await using node = nodeOf();
  const client = new Dialed(node);
  await client.open();
  client.connection.checkPeer();
  client.connection.checkPeer();
  assertEquals(client.peer.sent.slice(1), ["p1|"]);
  client.connection.checkPeer();
  assertEquals(client.peer.done, ["terminate"]);
  await settled();
  assertEquals(node.registry.detached, 1);
});

Deno.test("SessionConnection drops a client that takes nothing", async () => {
  await using node = nodeOf({}, { limits: { unsentBytes: 10 } });
  const client = new Dialed(node);
  const { session } = await client.open();
  client.peer.unsentBytes = 11;
  await node.session(session).send("a");
  await settled();
  assertEquals([client.peer.done, client.closed], [["terminate"], 1]);
});

Deno.test("SessionConnection drops a client that takes nothing once", async () => {
  await using node = nodeOf({
    message: (_, { reply }) => ["a", "b", "c"].forEach((text) => reply(text)),
  }, { limits: { unsentBytes: 10 } });
  const client = new Dialed(node);
  await client.open();
  client.peer.unsentBytes = 11;
  await client.send("m1|x");
  assertEquals(client.peer.done, ["terminate"]);
  assertEquals(node.counters.read().terminated, 1);
});

Deno.test("SessionConnection.abandon() gives a handler up, and its signal fires", async () => {
  let signal: AbortSignal | undefined;
  await using node = nodeOf({
    message: (_, message) => {
      signal = message.signal;
      return new Promise(() => {});
    },
  });
  const client = new Dialed(node);
  await client.open();
  await client.send("m1|a");
  client.connection.close(4503, "This server closes");
  assertEquals([client.closed, signal?.aborted], [0, false]);
  client.connection.abandon();
  assertEquals([client.closed, signal?.aborted], [1, true]);
});

/** A client that says good-bye, with a message that it has not consumed. */
async function leaving(fate: LossyStore["fate"]) {
  const lossy = new LossyStore();
  const ended: unknown[] = [];
  const node = nodeOf({
    ended: (_, { why, accepted, unconsumed }) =>
      void ended.push([why, accepted, unconsumed.map(({ data }) => data)]),
  }, { store: lossy.store });
  const client = new Dialed(node);
  const { session } = await client.open();
  await client.send("m1|a");
  await node.session(session).send("b");
  lossy.fate = fate;
  await client.control({ op: "bye", ack: 0 });
  return { node, client, lossy, ended };
}

const ACCOUNT = ["bye", 1, ["b"]];

Deno.test("SessionConnection.abandon() tells the end that the store was asked for, once it answers", async () => {
  const { node, client, lossy, ended } = await leaving("waits");
  client.connection.abandon();
  assertEquals([client.closed, ended], [1, []]);
  lossy.release();
  await node[Symbol.asyncDispose]();
  assertEquals(ended, [ACCOUNT]);
  assertEquals(node.counters.read().ended, 1);
});

Deno.test("SessionConnection tells an end once whose answer was lost, with its account", async () => {
  const { node, client, lossy, ended } = await leaving("lost after the step");
  assertEquals([client.peer.done, client.closed, ended], [
    ...[["close 4503 The store has restarted"], 1, []],
  ]);
  node.maintain([]);
  await node.settled();
  node.maintain([]);
  await node[Symbol.asyncDispose]();
  assertEquals(ended, [ACCOUNT]);
  assertEquals(lossy.asked, ["lease", "lease"]);
});

/** Comes back again and again, sends all that the server has not accepted, and consumes nothing. */
async function insist(node: TestNode, rounds: number): Promise<void> {
  const window = [0, 0] as const;
  let client = new Dialed(node);
  const { gen, token } = await client.open(window);
  let ticket = token;
  let got = 0;
  for (let attempt = 2;; attempt += 1) {
    for (let n = 1; n <= 3; n += 1) {
      client.hear(`m${(got + n).toString(36)}|x`);
    }
    await settled();
    const last = got + 3;
    await client.cut();
    assertEquals(client.closed, 1);
    if (attempt > rounds) return;
    client = new Dialed(node);
    await client.greet({
      ...RESUME,
      ...{ attempt, token: ticket, have: [[gen, 0]], window },
      ...{ maxMessage: 1_000, first: got + 1, last },
    });
    const resumed = JSON.parse(`${client.peer.sent[0]}`.slice(2));
    ({ got, token: ticket } = resumed);
  }
}

Deno.test("SessionConnection bounds the replies to a client that consumes none, however often it comes back", async () => {
  const buffer = { maxMessages: 1_000, maxBytes: 1_000 };
  const handled: number[] = [];
  await using node = nodeOf({
    message: (_, { seq, reply }) => {
      handled.push(seq);
      reply("y".repeat(400));
    },
  }, { buffer });
  await insist(node, 10);
  assertEquals(node.registry.detachedBytes, 1_200);
  assertEquals(handled, [1, 2, 3]);
});

Deno.test("SessionConnection closes with 4503 when its store fails", async () => {
  await using node = nodeOf();
  const client = new Dialed(node);
  await client.open();
  await node.store[Symbol.asyncDispose]();
  await client.send("m1|a");
  assertEquals(client.peer.done, ["close 4503 The store has restarted"]);
  assertEquals(node.counters.read().storeFailures, 1);
});

Deno.test("SessionConnection accepts together what a handler does at once", async () => {
  const inner = memoryStore();
  const steps: number[] = [];
  const store = new Proxy(inner, {
    get: (target, name) =>
      name !== "accept"
        ? Reflect.get(target, name, target)
        : (step: AcceptStep) => {
          steps.push(step.handled);
          return target.accept(step);
        },
  });
  await using node = nodeOf({}, { store });
  const client = new Dialed(node);
  await client.open();
  for (let seq = 1; seq <= 9; seq += 1) client.hear(`m${seq}|a`);
  await settled();
  // The first one is claimed alone, the others while that is on its way.
  assertEquals(steps, [0, 1]);
  node.clock.advance(2);
  await settled();
  assertEquals(steps, [0, 1, 9]);
  await inner[Symbol.asyncDispose]();
});
