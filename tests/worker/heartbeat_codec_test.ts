import { assert, assertEquals, assertThrows } from "@std/assert";
import type { HeartbeatConfig } from "../../lib/connection/config.ts";
import { HeartbeatCodec, MESSAGE } from "../../lib/worker/heartbeat_codec.ts";
import { HookError, type Hooks } from "../../lib/worker/attempt/hooks.ts";
import { FakeTransports } from "../transport/fake_transport.ts";
import { setupWith } from "./hub_client.ts";

const HEARTBEAT: HeartbeatConfig = {
  interval: 10,
  timeout: 5,
  deliver: false,
};

function heartWith(
  heartbeat: Partial<HeartbeatConfig> | undefined,
  hooks: Hooks = {},
): HeartbeatCodec {
  const { config } = setupWith(
    {},
    heartbeat && { heartbeat: { ...HEARTBEAT, ...heartbeat } },
  );
  const heart = new HeartbeatCodec(config);
  heart.start(hooks);
  return heart;
}

function transport() {
  const ignore = () => {};
  return new FakeTransports().connect(
    { url: "", protocols: [], headers: {} },
    { maxMessageSize: 1 },
    { open: ignore, message: ignore, pong: ignore, room: ignore, end: ignore },
  );
}

Deno.test("Heart.ping() sends a ping frame, or the message that stands for it", () => {
  const peer = transport();
  heartWith({}).ping(peer, "1.1", 0);
  heartWith({ message: "ping" }).ping(peer, "1.2", 0);
  const hook = { message: { hook: true } } as const;
  heartWith(hook, { ping: () => "hooked" }).ping(peer, "1.3", 0);
  assertEquals(peer.pings, ["1.1"]);
  assertEquals(peer.sent, ["ping", "hooked"]);
});

Deno.test("Heart.ping() throws by name what a hook gives instead of a message", () => {
  const hook = { message: { hook: true } } as const;
  for (const hooks of [{}, { ping: () => Promise.resolve("late") }]) {
    const error = assertThrows(
      // A module in JavaScript can export anything.
      () => heartWith(hook, hooks as Hooks).ping(transport(), "", 0),
      HookError,
    );
    assertEquals(error.hook, "ping");
  }
});

Deno.test("Heart.longestGap is the longest time between two pings of one socket", () => {
  const heart = heartWith({});
  const peer = transport();
  for (const now of [0, 10, 35, 40]) heart.ping(peer, "", now);
  assertEquals(heart.longestGap, 25);
  heart.start({});
  heart.ping(peer, "", 1_000);
  assertEquals(heart.longestGap, 25);
});

Deno.test("Heart.listens tells whether messages can mean anything", () => {
  assert(!heartWith(undefined).listens);
  assert(!heartWith({ message: "ping" }).listens);
  const to = { kind: "exact", data: "ping" } as const;
  assert(heartWith({ expect: to }).listens);
  assert(heartWith({ reply: { to, with: "pong" } }).listens);
});

Deno.test("Heart.read() recognises pings and answers", () => {
  const to = { kind: "exact", data: "ping" } as const;
  const expect = { kind: "subset", value: { type: "pong" } } as const;
  const heart = heartWith({ expect, reply: { to, with: "pong" } });
  assertEquals(heart.classify("ping"), { kind: "ping", reply: "pong" });
  assertEquals(heart.classify('{"type":"pong","n":1}'), {
    kind: "answer",
    delivery: "keep",
  });
  assertEquals(heart.classify("data"), MESSAGE);
  assertEquals(
    heartWith({ expect, deliver: true }).classify('{"type":"pong"}'),
    {
      kind: "answer",
      delivery: "deliver",
    },
  );
  assertEquals(heartWith(undefined).classify("ping"), MESSAGE);
});

Deno.test("Heart.read() asks the hook isPong(), where that is there", () => {
  const hook = { expect: { hook: true } } as const;
  const heart = heartWith(hook, { isPong: (data) => data === "p" });
  assertEquals(heart.classify("p").kind, "answer");
  assertEquals(heart.classify("q"), MESSAGE);
  const error = assertThrows(() => heartWith(hook).classify("p"), HookError);
  assertEquals(error.hook, "isPong");
});
