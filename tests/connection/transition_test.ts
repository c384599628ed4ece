import { assertEquals } from "@std/assert";
import {
  newConnection,
  nextDeadline,
} from "../../lib/connection/transition.ts";
import type { Event } from "../../lib/connection/state.ts";
import { CONFIG, connecting, Machine, opened, waiting } from "./machine.ts";

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
    {
      type: "opened",
      socket,
      agreed: { protocol: "", extensions: "", pings: "frames" },
    },
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

Deno.test("newConnection() is idle and waits for nothing", () => {
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
        assertEquals(machine.tell(event), []);
      }
    }
    assertEquals(machine.state, before);
  });

  Deno.test(`transition() ignores a deadline that has not come in ${kind}`, () => {
    const machine = make();
    const before = machine.state;
    assertEquals(machine.tell({ type: "due" }), []);
    assertEquals(machine.state, before);
  });
}

Deno.test("transition() begins when connect() is called, and only from idle", () => {
  const machine = new Machine();
  assertEquals(machine.tell({ type: "connect" }), [
    "connecting 1",
    "resolve 1",
  ]);
  for (const make of [connecting, opened, waiting, closing, closed]) {
    assertEquals(make().tell({ type: "connect" }), []);
  }
});

Deno.test("transition() stays idle on a wake-up", () => {
  assertEquals(new Machine().tell({ type: "woke" }), []);
});

// close()

Deno.test("transition() ends at once when close() comes before anything else", () => {
  const machine = new Machine();
  assertEquals(machine.close(4000), [
    "closed 0",
    "closed 4000 requested cleanly",
    "release",
  ]);
});

Deno.test("transition() ends when close() comes in backoff, and clears the timer", () => {
  const machine = waiting();
  assertEquals(machine.close(), [
    "closed 1",
    "closed 1005 requested cleanly",
    "release",
  ]);
  assertEquals(machine.deadline, Infinity);
  assertEquals(machine.reconnect(), []);
});

Deno.test("transition() tells no failure when close() comes while connecting", () => {
  assertEquals(connecting().close(1000), [
    "abandon 1 1000",
    "closed 1",
    "closed 1000 requested cleanly",
    "release",
  ]);
});

Deno.test("transition() sends what is queued before it closes", () => {
  const machine = opened();
  assertEquals(machine.close(4000, "bye"), ["closing 1"]);
  assertEquals(machine.socketEvent("drained"), ["close 1 4000 bye"]);
  assertEquals(machine.socketEvent("drained"), []);
  assertEquals(machine.ended(4000), [
    "closed 1",
    "closed 4000 requested cleanly",
    "release",
  ]);
});

Deno.test("transition() closes once when close() comes twice", () => {
  const machine = closing(4000);
  assertEquals(machine.close(4001), []);
  assertEquals(machine.socketEvent("drained"), ["close 1 4000"]);
});

Deno.test("transition() does not wait for ever for the answer to close()", () => {
  const machine = closing(4000, "bye");
  machine.socketEvent("drained");
  assertEquals(machine.due(), [
    "abandon 1 4000 bye",
    "closed 1",
    "closed 1006 requested close-timeout",
    "release",
  ]);
  assertEquals(machine.now, CONFIG.closeTimeout);
});

Deno.test("transition() puts draining and the handshake under one closeTimeout", () => {
  const machine = closing();
  machine.sleep(4_000).socketEvent("drained");
  assertEquals(machine.deadline, 5_000);
});

Deno.test("transition() waits for ever for the answer to close() where closeTimeout is Infinity", () => {
  const machine = opened({ closeTimeout: Infinity });
  machine.close();
  assertEquals(machine.deadline, Infinity);
});

Deno.test("transition() tells the failure when a closing connection ends uncleanly", () => {
  assertEquals(closing().ended(1006), [
    "closed 1",
    "closed 1006 requested lost",
    "release",
  ]);
  assertEquals(closing(4000).failed(), [
    "abandon 1 4000",
    "closed 1",
    "closed 1006 requested provider",
    "release",
  ]);
});

Deno.test("transition() never retries what ends while closing, whatever classify() says", () => {
  const machine = closing();
  machine.ended(1012, { verdict: "retry" });
  assertEquals(machine.state.kind, "closed");
});

Deno.test("transition() pings no connection that is closing", () => {
  const machine = opened({ closeTimeout: Infinity });
  machine.close();
  assertEquals(machine.sleep(100_000).tell({ type: "due" }), []);
  assertEquals(machine.tell({ type: "woke" }), []);
  assertEquals(machine.network("online"), []);
});

Deno.test("transition() ignores what a closing connection still does", () => {
  const machine = closing();
  const before = machine.state;
  machine.heard();
  machine.answered();
  for (const type of ["resolved", "greeted", "paused", "resumed"] as const) {
    machine.socketEvent(type);
  }
  machine.opened();
  machine.reconnect();
  assertEquals(machine.state, before);
});

// reconnect()

Deno.test("transition() begins when reconnect() comes to an idle connection", () => {
  assertEquals(new Machine().reconnect(), ["connecting 1", "resolve 1"]);
});

Deno.test("transition() makes one socket when reconnect() comes twice in backoff", () => {
  const machine = waiting();
  assertEquals(machine.reconnect(), ["connecting 1", "resolve 2"]);
  assertEquals(machine.reconnect(), [
    "abandon 2 1000",
    "connecting 1",
    "resolve 3",
  ]);
});

Deno.test("transition() has one attempt under way when reconnect() comes while connecting", () => {
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

Deno.test("transition() makes the attempt that reconnect() asks for while offline", () => {
  const machine = waiting();
  machine.network("offline");
  assertEquals(machine.reconnect(), ["connecting 1", "resolve 2"]);
});

Deno.test("transition() makes the attempt that reconnect() asks for before a server wants it", () => {
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
  assertEquals(machine.tell({ type: "woke" }), []);
  assertEquals(machine.tell({ type: "due" }), []);
  assertEquals(machine.probe(7), ["probed 7 not-open"]);
  assertEquals(machine.state, before);
});

Deno.test("transition() resurrects no closed connection, online or looked at", () => {
  for (const make of [connecting, opened, waiting]) {
    const machine = make();
    machine.close();
    if (machine.state.kind === "closing") machine.ended(1000);
    const end = machine.state;
    assertEquals(machine.network("offline"), []);
    assertEquals(machine.network("online"), []);
    assertEquals(machine.tell({ type: "woke" }), []);
    assertEquals(machine.state, end);
  }
});

Deno.test("transition() takes no notice of a wall clock that jumps forwards or backwards", () => {
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

// waiting

Deno.test("transition() makes the next attempt when the delay is over", () => {
  const machine = waiting();
  assertEquals(machine.due(), ["connecting 2", "resolve 2"]);
  assertEquals(machine.now, 1_500);
});

Deno.test("transition() makes the next attempt at once when this side wakes up", () => {
  assertEquals(waiting().tell({ type: "woke" }), [
    "connecting 2",
    "resolve 2",
  ]);
});

Deno.test("transition() makes the next attempt at once when the network is there", () => {
  assertEquals(waiting().network("online"), ["connecting 2", "resolve 2"]);
});

Deno.test("transition() burns no attempt while offline", () => {
  const machine = waiting();
  assertEquals(machine.network("offline"), ["waiting 1 +Infinity"]);
  assertEquals(machine.deadline, Infinity);
  machine.sleep(100_000);
  assertEquals(machine.tell({ type: "due" }), []);
  assertEquals(machine.tell({ type: "woke" }), []);
  assertEquals(machine.network("online"), ["connecting 2", "resolve 2"]);
});

Deno.test("transition() waits for the network when an attempt fails while offline", () => {
  const machine = connecting();
  assertEquals(machine.network("offline"), []);
  assertEquals(machine.ended(), [
    "waiting 1 +Infinity",
    "disconnected 1 +Infinity lost",
  ]);
  assertEquals(machine.deadline, Infinity);
});

Deno.test("transition() does not count time without a network as time elapsed", () => {
  const backoff = { ...CONFIG.backoff, maxElapsed: 20_000 };
  const machine = waiting({ backoff });
  machine.network("offline");
  machine.sleep(100_000).network("online");
  assertEquals(machine.ended()[0], "waiting 2 +7500");
});

Deno.test("transition() shortens no wait that the server asked for", () => {
  const machine = opened();
  machine.ended(1013, { info: advice(60) });
  const { deadline } = machine;
  assertEquals(machine.tell({ type: "woke" }), []);
  machine.sleep(10_000).network("offline");
  assertEquals(machine.network("online"), [`waiting 1 +${deadline - 10_000}`]);
  assertEquals(machine.deadline, deadline);
});

Deno.test("transition() knows that a wait which the server asked for is over after a sleep", () => {
  for (const kind of ["woke", "online"] as const) {
    const machine = opened();
    machine.ended(1013, { info: advice(60) });
    // The machine slept: only the wall clock went on.
    machine.drift = 100_000;
    const done = kind === "woke"
      ? machine.tell({ type: "woke" })
      : machine.network("online");
    assertEquals(done[1], "resolve 2");
  }
});

Deno.test("transition() tells no negative delay when the wall clock was set backwards", () => {
  const machine = opened();
  machine.ended(1013, { info: advice(60) });
  machine.network("offline");
  machine.drift = -1_000_000;
  machine.sleep(100_000);
  assertEquals(machine.network("online"), ["waiting 1 +0"]);
  assertEquals(machine.due()[1], "resolve 2");
});

Deno.test("transition() waits on when offline or connect() comes once more", () => {
  const machine = waiting();
  machine.network("offline");
  assertEquals(machine.network("offline"), ["waiting 1 +Infinity"]);
  assertEquals(machine.tell({ type: "connect" }), []);
});

Deno.test("transition() remembers the network in each state", () => {
  for (const make of Object.values(MACHINES).slice(0, 5)) {
    const machine = make();
    machine.network("offline");
    assertEquals(machine.state.network, "offline");
  }
});

Deno.test("transition() probes an open connection when a network comes back", () => {
  const machine = opened();
  assertEquals(machine.network("offline"), []);
  assertEquals(machine.network("online"), []);
  assertEquals(machine.due(), ["ping 1.1"]);
  assertEquals(machine.now, 100);
});

Deno.test("transition() tells one result of each probe", () => {
  const machine = opened();
  assertEquals(machine.probe(1), ["ping 1.1"]);
  assertEquals(machine.answered(1), ["heartbeat 0", "probed 1 0"]);
  assertEquals(waiting().probe(2), ["probed 2 not-open"]);
});

Deno.test("transition() tells the end once when all attempts are attemptsInSeries", () => {
  const backoff = { ...CONFIG.backoff, maxAttempts: 1 };
  const machine = connecting({ backoff });
  assertEquals(machine.ended(), [
    "closed 1",
    "closed 1006 exhausted exhausted",
    "release",
  ]);
  assertEquals(machine.reconnect(), []);
});

function advice(seconds: number) {
  const reason = `retry-after=${seconds}`;
  return { closeCode: 1013, reason, wasClean: true };
}
