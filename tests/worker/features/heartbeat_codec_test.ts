import { assert, assertEquals, assertThrows } from "@std/assert";
import type { HeartbeatConfig } from "../../../lib/connection/config/config.ts";
import { HeartbeatCodec } from "../../../lib/worker/features/heartbeat_codec.ts";
import { MESSAGE } from "../../../lib/worker/features/heartbeat_frames.ts";
import { HookError, type Hooks } from "../../../lib/worker/attempt/hooks.ts";
import { FakeTransports } from "../../transport/fake_transport.ts";
import { setupWith } from "../hub_client.ts";

const HEARTBEAT: HeartbeatConfig = {
  interval: 10,
  timeout: 5,
  deliver: false,
};

function codecWith(
  heartbeat: Partial<HeartbeatConfig> | undefined,
  hooks: Hooks = {},
): HeartbeatCodec {
  const { config } = setupWith(
    {},
    heartbeat && { heartbeat: { ...HEARTBEAT, ...heartbeat } },
  );
  const codec = new HeartbeatCodec(config);
  codec.start(hooks);
  return codec;
}

function transport() {
  const ignore = () => {};
  return new FakeTransports().connect(
    { url: "", protocols: [], headers: {} },
    { maxMessageSize: 1 },
    {
      open: ignore,
      message: ignore,
      pong: ignore,
      writable: ignore,
      end: ignore,
    },
  );
}

Deno.test("HeartbeatCodec.ping() sends a ping frame, or the message that stands for it", () => {
  const peer = transport();
  codecWith({}).ping(peer, "1.1", 0);
  codecWith({ message: "ping" }).ping(peer, "1.2", 0);
  const hook = { message: { hook: true } } as const;
  codecWith(hook, { ping: () => "hooked" }).ping(peer, "1.3", 0);
  assertEquals(peer.pings, ["1.1"]);
  assertEquals(peer.sent, ["ping", "hooked"]);
});

Deno.test("HeartbeatCodec.ping() throws with the hook's name where it gives no message", () => {
  const hook = { message: { hook: true } } as const;
  for (const hooks of [{}, { ping: () => Promise.resolve("late") }]) {
    const error = assertThrows(
      // A module in JavaScript can export anything.
      () => codecWith(hook, hooks as Hooks).ping(transport(), "", 0),
      HookError,
    );
    assertEquals(error.hook, "ping");
  }
});

Deno.test("HeartbeatCodec.longestGap is the longest time between two pings of one socket", () => {
  const codec = codecWith({});
  const peer = transport();
  for (const now of [0, 10, 35, 40]) codec.ping(peer, "", now);
  assertEquals(codec.longestGap, 25);
  codec.start({});
  codec.ping(peer, "", 1_000);
  assertEquals(codec.longestGap, 25);
});

Deno.test("HeartbeatCodec.listens says whether messages can mean anything", () => {
  assert(!codecWith(undefined).listens);
  assert(!codecWith({ message: "ping" }).listens);
  const to = { kind: "exact", data: "ping" } as const;
  assert(codecWith({ expect: to }).listens);
  assert(codecWith({ reply: { to, with: "pong" } }).listens);
});

Deno.test("HeartbeatCodec.classify() recognises pings and answers", () => {
  const to = { kind: "exact", data: "ping" } as const;
  const expect = { kind: "subset", value: { type: "pong" } } as const;
  const codec = codecWith({ expect, reply: { to, with: "pong" } });
  assertEquals(codec.classify("ping"), {
    actions: [{ kind: "reply", data: "pong" }],
    delivery: "discard",
  });
  const actions = [{ kind: "answered" }] as const;
  assertEquals(codec.classify('{"type":"pong","n":1}'), {
    actions,
    delivery: "discard",
  });
  assertEquals(codec.classify("data"), MESSAGE);
  assertEquals(
    codecWith({ expect, deliver: true }).classify('{"type":"pong"}'),
    { actions, delivery: "deliver" },
  );
  assertEquals(codecWith(undefined).classify("ping"), MESSAGE);
});

Deno.test("HeartbeatCodec.classify() asks the hook isPong(), where that is there", () => {
  const hook = { expect: { hook: true } } as const;
  const codec = codecWith(hook, { isPong: (data) => data === "p" });
  assertEquals(codec.classify("p").actions, [{ kind: "answered" }]);
  assertEquals(codec.classify("q"), MESSAGE);
  const error = assertThrows(() => codecWith(hook).classify("p"), HookError);
  assertEquals(error.hook, "isPong");
});
