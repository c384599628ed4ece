import { assertEquals } from "@std/assert";
import { ApplicationCalls } from "../../../lib/server/connection/application.ts";
import type { SessionHandler } from "../../../lib/server/mod.ts";
import type { ServerAttached } from "../../../lib/session/server/state.ts";
import type { Ended } from "../../../lib/session/store/store.ts";
import { openedPeer } from "../../session/server/peer.ts";
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

const message = (seq: number, redelivered = false) => ({
  ...{ type: "handle", seq, data: `${seq}`, redelivered } as const,
});

function callsOf(handler: SessionHandler) {
  const node = new TestNode({
    handler,
    buffer: { maxMessages: 2, maxBytes: 100 },
  });
  const session = { ...node.session("s"), ...SESSION };
  const calls = new ApplicationCalls(node, { session, maxMessage: 1_000 });
  return { node, calls };
}

function stateWith(change: Partial<ServerAttached> = {}): ServerAttached {
  return { ...openedPeer().state as ServerAttached, ...change };
}

Deno.test("ApplicationCalls.handleNext() handles what was offered, once", async () => {
  const { node, calls } = callsOf({ message: (_, { reply }) => reply("re") });
  await using _node = node;
  assertEquals(calls.handleNext(stateWith()), undefined);
  calls.offer(message(1, true));
  const end = await calls.handleNext(stateWith());
  assertEquals(end, { type: "handled", seq: 1, replies: ["re"] });
  assertEquals(calls.handleNext(stateWith()), undefined);
  assertEquals(node.counters.read().redelivered, 1);
});

Deno.test("ApplicationCalls.handleNext() says that a handler failed", async () => {
  const { node, calls } = callsOf({
    message: () => Promise.reject(new Error("No")),
  });
  await using _node = node;
  calls.offer(message(1));
  const end = await calls.handleNext(stateWith());
  assertEquals(end, { type: "failed", seq: 1 });
  assertEquals(node.counters.read().failed, 1);
});

Deno.test("ApplicationCalls.handleNext() waits while the client has too many replies", async () => {
  const large = "x".repeat(101);
  const { node, calls } = callsOf({ message: (_, { reply }) => reply(large) });
  await using _node = node;
  calls.offer(message(1));
  await calls.handleNext(stateWith());
  calls.offer(message(2));
  assertEquals(calls.handleNext(stateWith()), undefined);
  calls.stored(1, [large]);
  assertEquals(calls.handleNext(stateWith({ last: 1 })), undefined);
  const { credit } = stateWith();
  const consumed = { last: 1, credit: { ...credit, acked: 1 } };
  const end = await calls.handleNext(stateWith(consumed));
  assertEquals(end?.seq, 2);
});

Deno.test("ApplicationCalls.handleNext() waits for nobody who is gone", async () => {
  const large = "x".repeat(101);
  const { node, calls } = callsOf({ message: (_, { reply }) => reply(large) });
  await using _node = node;
  const departures = [
    { peer: "gone" },
    { departure: { kind: "bye" } },
    {},
  ] as const;
  const ends = [];
  for (const [index, departure] of departures.entries()) {
    calls.offer(message(index + 1));
    ends.push(await calls.handleNext(stateWith(departure)));
  }
  assertEquals(ends.map((end) => end?.seq), [1, 2, undefined]);
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
  const handled = calls.handleNext(stateWith());
  calls.abort();
  assertEquals((await handled)?.type, "handled");
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
  await calls.handleNext(stateWith());
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
