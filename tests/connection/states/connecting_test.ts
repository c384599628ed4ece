import { assertEquals } from "@std/assert";
import { beginAttempt } from "../../../lib/connection/states/connecting.ts";
import { newConnection } from "../../../lib/connection/transition.ts";
import type { GreetingConfig } from "../../../lib/connection/config/config.ts";
import { AGREED, CONFIG, connecting, Machine, opened } from "../machine.ts";

const GREETING: GreetingConfig = {
  expect: { kind: "exact", data: "hello" },
  reject: [],
  timeout: 2_000,
  hook: false,
};

const CONTEXT = {
  config: CONFIG,
  now: { monotonic: 7_000, wall: 0 },
  random: 0.5,
};

Deno.test("beginAttempt() uses a new socket id and the next attempt number", () => {
  const before = {
    ...newConnection(0),
    lastSocketId: 4,
    attempt: 9,
    attemptsInSeries: 2,
  };
  const { lastSocketId, socket, attempt, attemptsInSeries, deadline } =
    beginAttempt(before, CONTEXT).state;
  assertEquals({ lastSocketId, socket, attempt, attemptsInSeries, deadline }, {
    lastSocketId: 5,
    socket: 5,
    attempt: 3,
    attemptsInSeries: 3,
    deadline: 17_000,
  });
});

Deno.test("whileConnecting() goes from resolving over opening to open", () => {
  const machine = new Machine();
  assertEquals(machine.dispatch({ type: "connect" }), [
    "connecting 1",
    "resolve 1",
  ]);
  assertEquals(machine.socketEvent("resolved"), ["open 1"]);
  assertEquals(machine.opened(), ["greet 1", "open 1", "opened 1"]);
});

Deno.test("whileConnecting() reports what the handshake agreed on", () => {
  const machine = connecting();
  machine.socketEvent("resolved");
  const effects = machine.effects({
    type: "opened",
    socket: 1,
    agreed: {
      ...AGREED,
      protocol: "chat",
      extensions: "x",
      pings: "none",
    },
  });
  assertEquals(effects.at(-1), {
    type: "notify",
    notification: {
      type: "opened",
      status: { kind: "open", attempt: 1 },
      protocol: "chat",
      extensions: "x",
      reconnected: false,
    },
  });
});

Deno.test("whileConnecting() waits for the answer to the greeting", () => {
  const machine = connecting({ greeting: GREETING });
  machine.socketEvent("resolved");
  assertEquals(machine.opened(), ["greet 1"]);
  assertEquals(machine.state.kind, "connecting");
  assertEquals(machine.socketEvent("greeted"), ["open 1", "opened 1"]);
});

Deno.test("whileConnecting() waits for a greeting by hook", () => {
  const greeting = { reject: [], timeout: 2_000, hook: true };
  const machine = connecting({ greeting });
  machine.socketEvent("resolved");
  assertEquals(machine.opened(), ["greet 1"]);
});

Deno.test("whileConnecting() does not wait for a greeting that expects nothing", () => {
  const greeting = { send: "hi", reject: [], timeout: 2_000, hook: false };
  const machine = connecting({ greeting });
  machine.socketEvent("resolved");
  assertEquals(machine.opened(), ["greet 1", "open 1", "opened 1"]);
});

for (const events of [["opened"], ["greeted"], ["resolved", "greeted"]]) {
  Deno.test(`whileConnecting() ignores ${events.join(", ")} out of turn`, () => {
    const machine = connecting({ greeting: GREETING });
    for (const type of events.slice(0, -1)) {
      machine.socketEvent(type as "resolved");
    }
    const before = machine.state;
    const last = events.at(-1) === "opened"
      ? machine.opened()
      : machine.socketEvent("greeted");
    assertEquals(last, []);
    assertEquals(machine.state, before);
  });
}

Deno.test("whileConnecting() ignores a second resolved and a second opened", () => {
  const machine = connecting({ greeting: GREETING });
  machine.socketEvent("resolved");
  assertEquals(machine.socketEvent("resolved"), []);
  machine.opened();
  assertEquals(machine.opened(), []);
});

Deno.test("whileConnecting() ignores what concerns open connections and sleeps", () => {
  const machine = connecting();
  const before = machine.state;
  machine.dispatch({ type: "connect" });
  machine.heard();
  machine.answered();
  machine.socketEvent("paused");
  machine.socketEvent("resumed");
  machine.socketEvent("drained");
  machine.dispatch({ type: "woke" });
  assertEquals(machine.state, before);
});

Deno.test("whileConnecting() limits a provider that never settles by openTimeout", () => {
  const machine = connecting();
  assertEquals(machine.due(), [
    "abandon 1 1000",
    "waiting 1 +1500",
    "disconnected 1 +1500 open-timeout",
  ]);
  assertEquals(machine.now, 10_000);
});

Deno.test("whileConnecting() ignores a deadline that has not come", () => {
  const machine = connecting();
  machine.sleep(9_999);
  assertEquals(machine.dispatch({ type: "due" }), []);
});

Deno.test("whileConnecting() fails when a provider rejects", () => {
  assertEquals(connecting().failed(), [
    "abandon 1 1000",
    "waiting 1 +1500",
    "disconnected 1 +1500 provider",
  ]);
});

Deno.test("whileConnecting() ends when the WebSocket constructor throws", () => {
  const machine = connecting();
  machine.socketEvent("resolved");
  assertEquals(machine.failed({ type: "invalid", detail: "" }), [
    "abandon 1 1000",
    "closed 1",
    "closed 1006 fatal invalid",
    "release",
  ]);
});

Deno.test("whileConnecting() limits the greeting by its own timeout and names it", () => {
  const machine = connecting({ greeting: GREETING });
  machine.socketEvent("resolved");
  machine.sleep(1_000).opened();
  assertEquals(machine.deadline, 3_000);
  assertEquals(openTimeout(machine), { timeout: 2_000, phase: "greeting" });
});

Deno.test("whileConnecting() limits the greeting by what is left of openTimeout", () => {
  const machine = connecting({ greeting: GREETING });
  machine.socketEvent("resolved");
  machine.sleep(9_000).opened();
  assertEquals(machine.deadline, 10_000);
  assertEquals(openTimeout(machine), { timeout: 10_000, phase: "greeting" });
});

Deno.test("whileConnecting() has no deadline where openTimeout is Infinity", () => {
  const machine = connecting({ openTimeout: Infinity });
  assertEquals(machine.deadline, Infinity);
  assertEquals(machine.dispatch({ type: "due" }), []);
});

Deno.test("whileConnecting() extends the attempt once, to read received data, when the timer is late", () => {
  const machine = connecting();
  assertEquals(machine.due(2_000), []);
  assertEquals(machine.deadline, machine.now + CONFIG.probeTimeout);
  assertEquals(machine.due(2_000).at(-1), "disconnected 1 +1500 open-timeout");
});

Deno.test("whileConnecting() extends no attempt beyond openTimeout", () => {
  const machine = connecting({ openTimeout: 1_000, probeTimeout: Infinity });
  machine.due(2_000);
  assertEquals(machine.deadline, machine.now + 1_000);
});

Deno.test("whileConnecting() counts a token as proven by an answered greeting", () => {
  const machine = new Machine({ greeting: GREETING, renewableToken: true });
  machine.open().ended(4401);
  machine.open();
  assertEquals(machine.state.token, "renewed");
  machine.socketEvent("greeted");
  assertEquals(machine.state.token, "proven");
});

Deno.test("whileConnecting() does not count a token as proven by the handshake", () => {
  const machine = opened({ renewableToken: true });
  machine.ended(4401);
  machine.open();
  assertEquals(machine.state.token, "renewed");
});

function openTimeout(machine: Machine) {
  machine.now = machine.deadline;
  const failures = machine.effects({ type: "due" }).flatMap((effect) =>
    effect.type === "notify" && effect.notification.type === "disconnected"
      ? [effect.notification.failure]
      : []
  );
  const [failure] = failures;
  if (failure?.type !== "open-timeout") return failure;
  return { timeout: failure.timeout, phase: failure.phase };
}
