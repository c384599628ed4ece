import { assert, assertEquals } from "@std/assert";
import { ApplicationCalls } from "../../../lib/server/connection/application.ts";
import type { SessionHandler } from "../../../lib/server/mod.ts";
import { emptyAfter, pushAll } from "../../../lib/session/flow/numbered.ts";
import type {
  Incoming,
  ServerAttached,
} from "../../../lib/session/server/state.ts";
import type { Ended } from "../../../lib/session/store/store.ts";
import { CONFIG, openedPeer } from "../../session/server/peer.ts";
import { TestNode } from "../nodes.ts";

const SESSION = {
  client: "session",
  principal: "ann",
  protocol: "chat",
} as const;
const ENDED: Ended = {
  kind: "ended",
  accepted: 1,
  claimed: 2,
  unconsumed: [],
  node: undefined,
};

const CONTEXT = { config: CONFIG, now: 100_000 };

const message = (seq: number, redelivered = false) => ({
  ...{ type: "handle", seq, data: `${seq}`, redelivered } as const,
});

function callsOf(
  handler: SessionHandler,
  client: "session" | "plain" = "session",
) {
  const node = new TestNode({
    handler,
    buffer: { maxMessages: 2, maxBytes: 100 },
  });
  const session = { ...node.session("s"), ...SESSION, client };
  const calls = new ApplicationCalls(node, {
    ...{ session, maxMessage: 1_000, stored: 0 },
  });
  return { node, calls };
}

/** How a call of the handler has ended, when it has. */
async function handleNext(calls: ApplicationCalls, state: ServerAttached) {
  const ends = await Promise.all(calls.handleNext(state, CONTEXT));
  return ends.map((end) => {
    assert(end.type === "handled" || end.type === "failed", end.type);
    return end;
  });
}

/** A state whose lease was confirmed just now. */
function stateWith(change: Partial<ServerAttached> = {}): ServerAttached {
  const state = openedPeer().state as ServerAttached;
  return { ...state, confirmedAt: CONTEXT.now, ...change };
}

Deno.test("ApplicationCalls.handleNext() handles what was offered, once", async () => {
  const { node, calls } = callsOf({ message: (_, { reply }) => reply("re") });
  await using _node = node;
  assertEquals(calls.handleNext(stateWith(), CONTEXT), []);
  calls.offer(message(1, true));
  const ends = await handleNext(calls, stateWith());
  assertEquals(ends, [{ type: "handled", seq: 1, replies: ["re"] }]);
  assertEquals(calls.handleNext(stateWith(), CONTEXT), []);
  assertEquals(node.counters.read().redelivered, 1);
});

Deno.test("ApplicationCalls.handleNext() says that a handler failed", async () => {
  const { node, calls } = callsOf({
    message: () => Promise.reject(new Error("No")),
  });
  await using _node = node;
  calls.offer(message(1));
  const ends = await handleNext(calls, stateWith());
  assertEquals(ends, [{ type: "failed", seq: 1 }]);
  assertEquals(node.counters.read().failed, 1);
});

Deno.test("ApplicationCalls.handleNext() waits while the client has too many replies", async () => {
  const large = "x".repeat(101);
  const { node, calls } = callsOf({ message: (_, { reply }) => reply(large) });
  await using _node = node;
  calls.offer(message(1));
  await handleNext(calls, stateWith());
  calls.offer(message(2));
  assertEquals(calls.handleNext(stateWith(), CONTEXT), []);
  calls.stored(101, [large]);
  assertEquals(calls.handleNext(stateWith({ last: 1 }), CONTEXT), []);
  calls.stored(0, []);
  const ends = await handleNext(calls, stateWith({ last: 1 }));
  assertEquals(ends.map(({ seq }) => seq), [2]);
});

Deno.test("ApplicationCalls.handleNext() waits for no client that never comes back", async () => {
  const large = "x".repeat(101);
  const handler: SessionHandler = { message: (_, { reply }) => reply(large) };
  for (
    const [client, kind] of [["session", "bye"], ["plain", "detach"]] as const
  ) {
    const { node, calls } = callsOf(handler, client);
    await using _node = node;
    const left = stateWith({ departure: { kind } });
    const ends = [];
    for (const seq of [1, 2]) {
      calls.offer(message(seq));
      ends.push(...await handleNext(calls, left));
    }
    assertEquals(ends.map(({ seq }) => seq), [1, 2]);
  }
});

Deno.test("ApplicationCalls.handleNext() gives back what has too many replies before it when its client is gone", async () => {
  const large = "x".repeat(101);
  const { node, calls } = callsOf({ message: (_, { reply }) => reply(large) });
  await using _node = node;
  const gone = stateWith({ peer: "gone", departure: { kind: "detach" } });
  calls.offer(message(1));
  assertEquals((await handleNext(calls, gone)).map(({ seq }) => seq), [1]);
  calls.offer(message(2));
  const unbegun = { type: "unbegun", seq: 2 } as const;
  assertEquals(calls.handleNext(gone, CONTEXT), [unbegun]);
  assertEquals(calls.handleNext(gone, CONTEXT), []);
});

/** A state with claimed messages from 1 on, of which the first is running. */
function claimedState(...texts: readonly string[]): ServerAttached {
  const entries = texts.map((data) => ({ data, bytes: 1 }));
  const queue = pushAll<Incoming>(emptyAfter(0), entries);
  return stateWith({ queue, claimed: texts.length, running: 1 });
}

Deno.test("ApplicationCalls.handleNext() handles all that is claimed, as long as it is done at once", async () => {
  const { node, calls } = callsOf({
    message: (_, { data, reply }) => {
      if (data === "reply") reply("re");
      if (data === "fail") throw new Error("No");
      return data === "later" ? Promise.resolve() : undefined;
    },
  });
  await using _node = node;
  const handle = (...texts: readonly string[]) => {
    calls.offer({ type: "handle", seq: 1, data: "first", redelivered: false });
    return calls.handleNext(claimedState("first", ...texts), CONTEXT);
  };
  const handled = { type: "handled", replies: [] } as const;
  assertEquals(handle("reply", "no", "reply"), [
    { ...handled, seq: 4, replies: ["re", "re"] },
  ]);
  const [before, later] = handle("no", "later", "no");
  assertEquals(before, { ...handled, seq: 2 });
  assertEquals(await later, { ...handled, seq: 3 });
  const [good, failed] = handle("fail", "no");
  assertEquals(good, { ...handled, seq: 1 });
  assertEquals(await failed, { type: "failed", seq: 2 });
});

Deno.test("ApplicationCalls.handleNext() begins with nothing while the lease is unsure", async () => {
  const { node, calls } = callsOf({ message() {} });
  await using _node = node;
  const confirmedAt = CONTEXT.now - CONFIG.takeoverTimeout;
  const unsure = stateWith({ confirmedAt });
  assertEquals(calls.handleNext(unsure, CONTEXT), []);
  calls.offer(message(1));
  assertEquals(calls.handleNext(unsure, CONTEXT), [{ type: "renew" }]);
  const step = { handled: 0, claim: 1, ack: 0, counter: 1, replies: [] };
  // It is being asked.
  assertEquals(calls.handleNext({ ...unsure, step }, CONTEXT), []);
  const sure = { ...unsure, renewal: "twice" } as const;
  assertEquals((await handleNext(calls, sure)).map(({ seq }) => seq), [1]);
  // It counts for one message, not for those that follow it.
  calls.offer(message(1));
  const more = { ...claimedState("a", "b"), confirmedAt };
  const ends = await handleNext(calls, { ...more, renewal: "twice" });
  assertEquals(ends.map(({ seq }) => seq), [1]);
});

Deno.test("ApplicationCalls.handleNext() gives back what has not begun when another one waits", async () => {
  const { node, calls } = callsOf({ message() {} });
  await using _node = node;
  calls.offer(message(1));
  const wanted = stateWith({ departure: { kind: "yield" } });
  const unbegun = { type: "unbegun", seq: 1 } as const;
  assertEquals(calls.handleNext(wanted, CONTEXT), [unbegun]);
  assertEquals(calls.handleNext(wanted, CONTEXT), []);
});

Deno.test("ApplicationCalls.offer() begins nothing twice that has begun already", async () => {
  const seen: unknown[] = [];
  const { node, calls } = callsOf({
    message: (_, { seq, redelivered }) => {
      seen.push([seq, redelivered]);
      if (seq === 2 && !redelivered) throw new Error("No");
    },
  });
  await using _node = node;
  calls.offer(message(1));
  await handleNext(calls, claimedState("a", "b"));
  calls.offer(message(2));
  assertEquals(calls.handleNext(stateWith(), CONTEXT), []);
  calls.offer(message(2, true));
  assertEquals((await handleNext(calls, stateWith())).length, 1);
  assertEquals(seen, [[1, false], [2, false], [2, true]]);
});

Deno.test("ApplicationCalls.handleNext() goes on no further than replies may", async () => {
  const large = "x".repeat(101);
  const { node, calls } = callsOf({ message: (_, { reply }) => reply(large) });
  await using _node = node;
  calls.offer(message(1));
  const ends = await handleNext(calls, claimedState("a", "b"));
  assertEquals(ends.map(({ seq }) => seq), [1]);
  calls.offer(message(2));
  calls.stored(0, [large]);
  assertEquals(calls.handleNext(stateWith({ last: 1 }), CONTEXT).length, 1);
});

Deno.test("ApplicationCalls.abort() fires the signal of the running handler", async () => {
  const end = Promise.withResolvers<void>();
  const { node, calls } = callsOf({
    message: (_, { signal }) => {
      signal.onabort = () => end.resolve();
      return end.promise;
    },
  });
  await using _node = node;
  calls.abort();
  calls.offer(message(1));
  const handled = handleNext(calls, stateWith());
  calls.abort();
  assertEquals((await handled).map(({ type }) => type), ["handled"]);
});

Deno.test("ApplicationCalls tells what became of the session", async () => {
  const heard: unknown[] = [];
  const { node, calls } = callsOf({
    message: () => Promise.reject(new Error("No")),
    opened: ({ id, protocol }, info) => void heard.push(id, protocol, info),
    resumed: (_, info) => void heard.push(info),
    detached: () => void heard.push("detached"),
    ended: (_, { why, failed }) => void heard.push([why, failed]),
    uncertain: (_, { id, seq, data }) => void heard.push([id, seq, data]),
  });
  await using _node = node;
  const lost = { why: "unknown" } as const;
  calls.onNews({ kind: "opened", opened: {} as never, lost });
  const counts = { orphans: 1, forgotten: 2, uncertain: 3 };
  calls.onNews({ kind: "resumed", ...counts });
  calls.onNews({ kind: "detached" });
  calls.report({ type: "report", seq: 4, data: "d" });
  calls.onNews({ kind: "ended", why: "bye", answer: ENDED, failed: 0 });
  calls.offer(message(2));
  await calls.handleNext(stateWith(), CONTEXT);
  calls.onNews({ kind: "ended", why: "failed", answer: ENDED, failed: 2 });
  assertEquals(heard, [
    ...["s", "chat", { lost }, counts, "detached", ["s/4", 4, "d"]],
    ["bye", undefined],
    ["failed", { seq: 2, data: "2" }],
  ]);
  const { opened, resumed, ended, lost: losses } = node.counters.read();
  assertEquals([opened, resumed, ended, losses], [1, 1, 2, 1]);
});

Deno.test("ApplicationCalls needs no function but message", async () => {
  const { node, calls } = callsOf({ message() {} });
  await using _node = node;
  calls.onNews({ kind: "opened", opened: {} as never, lost: undefined });
  calls.onNews({ kind: "detached" });
  calls.report({ type: "report", seq: 4, data: "d" });
  assertEquals(node.counters.read().lost, 0);
});
