import { assertEquals } from "@std/assert";
import {
  newConnection,
  nextDeadline,
} from "../../lib/connection/transition.ts";
import type { Event } from "../../lib/connection/state.ts";
import {
  AGREED,
  CONFIG,
  connecting,
  Machine,
  opened,
  waiting,
} from "./machine.ts";

function closing(closeCode?: number, reason?: string): Machine {
  const machine = opened();
  machine.close(closeCode, reason);
  return machine;
}

function closed(): Machine {
  const machine = new Machine();
  machine.close();
  return machine;
}

/** One machine in each state. */
const MACHINES: Record<string, () => Machine> = {
  idle: () => new Machine(),
  connecting: () => connecting(),
  open: () => opened(),
  waiting: () => waiting(),
  closing: () => closing(),
  closed: () => closed(),
};

/** One event of each type that has a socket, for a given one. */
function socketEvents(socket: number): readonly Event[] {
  const info = { closeCode: 1000, reason: "", wasClean: true };
  return [
    { type: "resolved", socket },
    { type: "opened", socket, agreed: AGREED },
    { type: "greeted", socket },
    { type: "failed", socket, failure: { type: "lost", detail: "" } },
    { type: "ended", socket, info },
    { type: "heard", socket, at: 0 },
    { type: "answered", socket },
    { type: "paused", socket },
    { type: "resumed", socket },
    { type: "drained", socket },
  ];
}

Deno.test("newConnection() is idle and has no deadline", () => {
  assertEquals(newConnection(5).kind, "idle");
  assertEquals(newConnection(5).seriesStartedAt, 5);
  assertEquals(nextDeadline(newConnection(5), { config: CONFIG }), Infinity);
});

const DEADLINES: Record<string, number> = {
  idle: Infinity,
  connecting: 10_000,
  open: 20_000,
  waiting: 1_500,
  closing: 5_000,
  closed: Infinity,
};

for (const [kind, deadline] of Object.entries(DEADLINES)) {
  Deno.test(`nextDeadline() of ${kind} is ${deadline}`, () => {
    assertEquals(MACHINES[kind]?.().deadline, deadline);
  });
}

for (const [kind, make] of Object.entries(MACHINES)) {
  Deno.test(`transition() ignores events of other sockets in ${kind}`, () => {
    const machine = make();
    const before = machine.state;
    for (const socket of [0, 9]) {
      for (const event of socketEvents(socket)) {
        assertEquals(machine.dispatch(event), []);
      }
    }
    assertEquals(machine.state, before);
  });

  Deno.test(`transition() ignores a deadline that has not come in ${kind}`, () => {
    const machine = make();
    const before = machine.state;
    assertEquals(machine.dispatch({ type: "due" }), []);
    assertEquals(machine.state, before);
  });
}

Deno.test("transition() begins when connect() comes to an idle connection, and to no other", () => {
  const machine = new Machine();
  assertEquals(machine.dispatch({ type: "connect" }), [
    "connecting 1",
    "resolve 1",
  ]);
  for (const make of [connecting, opened, waiting, closing, closed]) {
    assertEquals(make().dispatch({ type: "connect" }), []);
  }
});

Deno.test("transition() stays idle on a wake-up", () => {
  assertEquals(new Machine().dispatch({ type: "woke" }), []);
});

// reconnect()

Deno.test("transition() begins when reconnect() comes to an idle connection", () => {
  assertEquals(new Machine().reconnect(), ["connecting 1", "resolve 1"]);
});

Deno.test("transition() has one socket when reconnect() comes twice during backoff", () => {
  const machine = waiting();
  assertEquals(machine.reconnect(), ["connecting 1", "resolve 2"]);
  assertEquals(machine.reconnect(), [
    "abandon 2 1000",
    "connecting 1",
    "resolve 3",
  ]);
});

Deno.test("transition() replaces the attempt under way when reconnect() comes", () => {
  const machine = connecting();
  machine.socketEvent("resolved");
  assertEquals(machine.reconnect(), [
    "abandon 1 1000",
    "connecting 1",
    "resolve 2",
  ]);
});

Deno.test("transition() does not wait for the old socket when reconnect() comes while open", () => {
  const machine = opened();
  assertEquals(machine.reconnect("moved"), [
    "abandon 1 1000 moved",
    "connecting 1",
    "disconnected 1 +0 cleanly",
    "resolve 2",
  ]);
});

Deno.test("transition() starts a new series of attempts when reconnect() comes", () => {
  const machine = waiting();
  machine.due();
  machine.ended();
  assertEquals(machine.state.failures, 2);
  assertEquals(machine.reconnect(), ["connecting 1", "resolve 3"]);
  assertEquals(machine.state.failures, 0);
});

Deno.test("transition() begins an attempt on reconnect() even while offline", () => {
  const machine = waiting();
  machine.network("offline");
  assertEquals(machine.reconnect(), ["connecting 1", "resolve 2"]);
});

Deno.test("transition() begins an attempt on reconnect() before the time that a server asked for", () => {
  const machine = opened();
  machine.ended(1013, { info: advice(60) });
  assertEquals(machine.reconnect(), ["connecting 1", "resolve 2"]);
});

// late events

Deno.test("transition() ignores a late open of an abandoned attempt", () => {
  const machine = connecting();
  machine.socketEvent("resolved");
  machine.reconnect();
  assertEquals(machine.opened({}, 1), []);
  assertEquals(machine.state.kind, "connecting");
});

Deno.test("transition() ignores a late end of the previous socket", () => {
  const machine = opened();
  machine.reconnect();
  assertEquals(machine.ended(1006, { socket: 1 }), []);
});

Deno.test("transition() discards a provider that resolves after close()", () => {
  const machine = connecting();
  machine.close();
  assertEquals(machine.socketEvent("resolved", 1), []);
});

Deno.test("transition() discards a provider that resolves after a newer attempt began", () => {
  const machine = connecting();
  machine.reconnect();
  assertEquals(machine.socketEvent("resolved", 1), []);
  assertEquals(machine.socketEvent("resolved", 2), ["open 2"]);
});

Deno.test("transition() never leaves closed, and answers only probes", () => {
  const machine = closed();
  const before = machine.state;
  machine.now = 1_000_000;
  assertEquals(machine.reconnect(), []);
  assertEquals(machine.close(), []);
  assertEquals(machine.network("online"), []);
  assertEquals(machine.dispatch({ type: "woke" }), []);
  assertEquals(machine.dispatch({ type: "due" }), []);
  assertEquals(machine.probe(7), ["probed 7 not-open"]);
  assertEquals(machine.state, before);
});

Deno.test("transition() opens no closed connection again when a network or the user comes back", () => {
  for (const make of [connecting, opened, waiting]) {
    const machine = make();
    machine.close();
    if (machine.state.kind === "closing") machine.ended(1000);
    const end = machine.state;
    assertEquals(machine.network("offline"), []);
    assertEquals(machine.network("online"), []);
    assertEquals(machine.dispatch({ type: "woke" }), []);
    assertEquals(machine.state, end);
  }
});

Deno.test("transition() ignores jumps of the wall clock", () => {
  for (const drift of [-1e9, 1e9]) {
    const machine = opened();
    machine.drift = drift;
    assertEquals(machine.due(), ["ping 1.1"]);
    assertEquals(machine.sleep(30).answered(1), ["heartbeat 30"]);
    assertEquals(machine.ended()[0], "waiting 1 +1500");
    machine.drift = 0;
    assertEquals(machine.due()[1], "resolve 2");
  }
});

Deno.test("transition() keeps the network in each state", () => {
  for (const make of Object.values(MACHINES).slice(0, 5)) {
    const machine = make();
    machine.network("offline");
    assertEquals(machine.state.network, "offline");
  }
});

Deno.test("transition() closes with 1001 when the page is put away, and connects when it is back", () => {
  const machine = opened();
  machine.probe(1);
  assertEquals(machine.dispatch({ type: "away" }), [
    "abandon 1 1001 The page was put away",
    "probed 1 closed",
    "waiting 1 +Infinity",
    "disconnected 1 +Infinity cleanly",
  ]);
  assertEquals(machine.network("online"), ["connecting 1", "resolve 2"]);
});

Deno.test("transition() makes no attempt while the page is put away", () => {
  const attempt = connecting();
  assertEquals(attempt.dispatch({ type: "away" }), [
    "abandon 1 1001 The page was put away",
    "waiting 1 +Infinity",
    "disconnected 1 +Infinity cleanly",
  ]);
  const pause = waiting();
  assertEquals(pause.dispatch({ type: "away" }), ["waiting 1 +Infinity"]);
  assertEquals(pause.dispatch({ type: "woke" }), []);
  for (const machine of [new Machine(), closing(), closed()]) {
    const { state } = machine;
    assertEquals(machine.dispatch({ type: "away" }), []);
    assertEquals(machine.state, state);
  }
});

Deno.test("transition() tries again after a page was put away, whatever is fatal", () => {
  const backoff = { ...CONFIG.backoff, maxAttempts: 1 };
  for (const make of [connecting, opened]) {
    const machine = make({ fatalCloseCodes: [1001], backoff });
    machine.dispatch({ type: "away" });
    assertEquals(machine.state.kind, "waiting");
  }
});

Deno.test("transition() probes an open connection when a network comes back", () => {
  const machine = opened();
  assertEquals(machine.network("offline"), []);
  assertEquals(machine.network("online"), []);
  assertEquals(machine.due(), ["ping 1.1"]);
  assertEquals(machine.now, 100);
});

Deno.test("transition() reports one result for each probe", () => {
  const machine = opened();
  assertEquals(machine.probe(1), ["ping 1.1"]);
  assertEquals(machine.answered(1), ["heartbeat 0", "probed 1 0"]);
  assertEquals(waiting().probe(2), ["probed 2 not-open"]);
});

function advice(seconds: number) {
  const reason = `retry-after=${seconds}`;
  return { closeCode: 1013, reason, wasClean: true };
}

Deno.test("transition() leaves with the code that reconnect has", () => {
  const machine = opened();
  const event = {
    type: "reconnect",
    reason: "moving",
    closeCode: 4012,
  } as const;
  assertEquals(machine.dispatch(event)[0], "abandon 1 4012 moving");
});
