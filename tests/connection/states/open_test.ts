import { assertEquals } from "@std/assert";
import { CONFIG, connecting, Machine, opened, waiting } from "../machine.ts";

Deno.test("whileOpen() pings each interval and reports the latency", () => {
  const machine = opened();
  assertEquals(machine.due(), ["ping 1.1"]);
  assertEquals(machine.sleep(30).answered(1), ["heartbeat 30"]);
  assertEquals(machine.due(), ["ping 1.2"]);
  assertEquals(machine.now, 40_000);
});

Deno.test("whileOpen() drops a silent connection and does not wait for its close", () => {
  const machine = opened();
  machine.due();
  assertEquals(machine.due(), [
    "abandon 1 1011 keepalive ping timeout",
    "waiting 1 +1500",
    "disconnected 1 +1500 heartbeat",
  ]);
  assertEquals(machine.now, 30_000);
  assertEquals(machine.due()[1], "resolve 2");
});

Deno.test("whileOpen() has a ping state per connection, and one timer", () => {
  const machine = opened();
  machine.due();
  machine.ended();
  machine.open();
  const { now } = machine;
  assertEquals(machine.answered(1), []);
  assertEquals(machine.due(), ["ping 2.1"]);
  assertEquals(machine.now, now + 20_000);
});

Deno.test("whileOpen() ignores the answer to no ping", () => {
  const machine = opened();
  const before = machine.state;
  assertEquals(machine.answered(1), []);
  assertEquals(machine.answered(), []);
  assertEquals(machine.state, before);
});

Deno.test("whileOpen() assigns an answer without a number to the latest ping", () => {
  const machine = opened();
  machine.due();
  assertEquals(machine.sleep(5).answered(), ["heartbeat 5"]);
});

Deno.test("whileOpen() survives an outage that is shorter than the heartbeat", () => {
  const machine = opened();
  machine.due();
  assertEquals(machine.sleep(9_999).heard(), []);
  assertEquals(machine.runTo(39_999), []);
  assertEquals(machine.state.kind, "open");
});

Deno.test("whileOpen() keeps its state when the news is old", () => {
  const machine = opened();
  const before = machine.state;
  machine.heard(-1);
  assertEquals(machine.state, before);
});

Deno.test("whileOpen() does not accept an instant in the future as a sign of life", () => {
  const machine = opened();
  machine.heard(1e9);
  assertEquals(machine.runTo(30_000).at(-1), "disconnected 1 +1500 heartbeat");
});

Deno.test("whileOpen() waits for received data to be read when a timer is late", () => {
  const machine = opened();
  machine.due();
  assertEquals(machine.due(1_000), []);
  machine.heard();
  assertEquals(machine.due(), []);
  assertEquals(machine.state.kind, "open");
});

Deno.test("whileOpen() probes after a sleep, whichever clock went on", () => {
  const stopped = opened();
  assertEquals(stopped.due(60_000), []);
  assertEquals(stopped.due(), ["ping 1.1"]);
  const suspended = opened();
  assertEquals(suspended.dispatch({ type: "woke" }), []);
  assertEquals(suspended.due(), ["ping 1.1"]);
  assertEquals(suspended.now, 100);
});

Deno.test("whileOpen() replaces a connection at once that did not survive a sleep", () => {
  const machine = opened();
  machine.sleep(6_000).heard();
  machine.dispatch({ type: "woke" });
  machine.due();
  assertEquals(machine.due(), [
    "abandon 1 1011 keepalive ping timeout",
    "waiting 1 +0",
    "disconnected 1 +0 heartbeat",
  ]);
  assertEquals(machine.now, 9_600);
  assertEquals(machine.due(), ["connecting 1", "resolve 2"]);
});

Deno.test("whileOpen() keeps a connection while the ping to its peer has not left", () => {
  const machine = opened({}, { output: "relayed" });
  machine.runTo(29_999);
  const due = () => {
    machine.now = machine.deadline;
    return machine.dispatch({ type: "due", output: "stalled" });
  };
  assertEquals([due(), due(), machine.now], [[], [], 30_100]);
  assertEquals(machine.runTo(30_300), []);
  assertEquals(machine.answered(), ["heartbeat 100"]);
});

Deno.test("whileOpen() judges nothing while paused, and starts again afterwards", () => {
  const machine = opened();
  machine.due();
  assertEquals(machine.socketEvent("paused"), []);
  assertEquals(machine.deadline, Infinity);
  assertEquals(machine.dispatch({ type: "woke" }), []);
  machine.sleep(1e6);
  assertEquals(machine.socketEvent("resumed"), []);
  assertEquals(machine.due(), ["ping 1.2"]);
  assertEquals(machine.now, 1_020_000);
});

Deno.test("whileOpen() reports to the requests of a probe that a pause interrupts it", () => {
  const machine = opened();
  machine.probe(1);
  machine.probe(2);
  assertEquals(machine.socketEvent("paused"), [
    "probed 1 paused",
    "probed 2 paused",
  ]);
  assertEquals(machine.socketEvent("paused"), []);
});

Deno.test("whileOpen() ignores what belongs to attempts and to closing", () => {
  const machine = opened();
  const before = machine.state;
  machine.dispatch({ type: "connect" });
  machine.socketEvent("resolved");
  machine.socketEvent("greeted");
  machine.socketEvent("drained");
  machine.opened();
  assertEquals(machine.state, before);
});

Deno.test("whileOpen() waits for the next attempt when our side cannot go on", () => {
  const machine = opened();
  const failure = { type: "inbox-overflow", messages: 1, bytes: 1 } as const;
  assertEquals(machine.failed(failure)[0], "abandon 1 1011 inbox overflow");
  assertEquals(opened().failed(), [
    "abandon 1 1000",
    "waiting 1 +1500",
    "disconnected 1 +1500 provider",
  ]);
});

Deno.test("whileOpen() abandons nothing that has ended", () => {
  assertEquals(opened().ended(1001), [
    "waiting 1 +1500",
    "disconnected 1 +1500 cleanly",
  ]);
});

Deno.test("onProbe() pings now and reports the latency", () => {
  const machine = opened();
  assertEquals(machine.probe(7), ["ping 1.1"]);
  assertEquals(machine.sleep(40).answered(1), ["heartbeat 40", "probed 7 40"]);
});

Deno.test("onProbe() makes one ping for several requests", () => {
  const machine = opened();
  machine.probe(7);
  assertEquals(machine.sleep(10).probe(8), []);
  assertEquals(machine.sleep(10).answered(1), [
    "heartbeat 20",
    "probed 7 20",
    "probed 8 20",
  ]);
});

Deno.test("onProbe() detects a dead peer within probeTimeout", () => {
  const machine = opened();
  machine.probe(7);
  assertEquals(machine.due(), [
    "abandon 1 1011 keepalive ping timeout",
    "probed 7 heartbeat",
    "waiting 1 +1500",
    "disconnected 1 +1500 heartbeat",
  ]);
  assertEquals(machine.now, 3_500);
});

Deno.test("onProbe() reports when something else arrived instead of the answer", () => {
  const machine = opened();
  machine.probe(7);
  machine.sleep(200).heard();
  assertEquals(machine.due(), ["probed 7 200"]);
});

Deno.test("onProbe() is carried over a sleep", () => {
  const machine = opened();
  machine.probe(7);
  machine.due(100_000);
  assertEquals(machine.due(), ["ping 1.2"]);
  assertEquals(machine.sleep(30).answered(2), ["heartbeat 30", "probed 7 30"]);
});

Deno.test("onProbe() reports when the connection is lost, closed or replaced", () => {
  const loss: Record<string, (machine: Machine) => string[]> = {
    closed: (machine) => machine.ended(1001),
    provider: (machine) => machine.failed(),
    "not-open": (machine) => machine.close(),
  };
  for (const [result, lose] of Object.entries(loss)) {
    const machine = opened();
    machine.probe(7);
    const results = lose(machine).filter((word) => word.startsWith("probed"));
    assertEquals(results, [`probed 7 ${result}`]);
  }
  const machine = opened();
  machine.probe(7);
  assertEquals(machine.reconnect()[1], "probed 7 not-open");
});

Deno.test("onProbe() reports that the connection is not open", () => {
  const closing = opened();
  closing.close();
  for (const machine of [new Machine(), connecting(), waiting(), closing]) {
    const before = machine.state;
    assertEquals(machine.probe(7), ["probed 7 not-open"]);
    assertEquals(machine.state, before);
  }
});

Deno.test("onProbe() reports that there are no pings", () => {
  const machine = opened({}, { pings: "none" });
  assertEquals(machine.probe(7), ["probed 7 unsupported"]);
});

Deno.test("onProbe() reports that reading is paused", () => {
  const machine = opened();
  machine.socketEvent("paused");
  assertEquals(machine.probe(7), ["probed 7 paused"]);
});

Deno.test("onWoke() detects a dead peer within 5 s", () => {
  const machine = opened();
  machine.dispatch({ type: "woke" });
  machine.due();
  machine.due();
  assertEquals(machine.state.kind, "waiting");
  assertEquals(machine.now, 100 + CONFIG.probeTimeout);
});

Deno.test("onWoke() detects a dead peer by idleTimeout alone", () => {
  const machine = opened({ idleTimeout: 30_000 }, { pings: "none" });
  machine.due(60_000);
  machine.due();
  assertEquals(machine.due().at(-1), "disconnected 1 +1500 heartbeat");
  assertEquals(machine.now, 90_000 + 100 + CONFIG.probeTimeout);
});
