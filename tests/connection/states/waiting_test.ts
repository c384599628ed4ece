import { assertEquals } from "@std/assert";
import { CONFIG, connecting, opened, waiting } from "../machine.ts";

Deno.test("whileWaiting() begins the next attempt when the delay is over", () => {
  const machine = waiting();
  assertEquals(machine.due(), ["connecting 2", "resolve 2"]);
  assertEquals(machine.now, 1_500);
});

Deno.test("whileWaiting() begins the next attempt at once after a sleep", () => {
  assertEquals(waiting().dispatch({ type: "woke" }), [
    "connecting 2",
    "resolve 2",
  ]);
});

Deno.test("onNetworkWhileWaiting() begins the next attempt at once when a network is there", () => {
  assertEquals(waiting().network("online"), ["connecting 2", "resolve 2"]);
});

Deno.test("onNetworkWhileWaiting() makes slow attempts while offline", () => {
  const machine = waiting();
  assertEquals(machine.network("offline"), ["waiting 1 +Infinity"]);
  assertEquals(machine.deadline, 45_000);
  machine.sleep(44_999);
  assertEquals(machine.dispatch({ type: "due" }), []);
  assertEquals(machine.dispatch({ type: "woke" }), []);
  assertEquals(machine.due(), ["connecting 2", "resolve 2"]);
  assertEquals(machine.ended(), [
    "waiting 2 +Infinity",
    "disconnected 2 +Infinity lost",
  ]);
  assertEquals(machine.deadline, 90_000);
  assertEquals(machine.network("online"), ["connecting 2", "resolve 3"]);
});

Deno.test("onNetworkWhileWaiting() opens a connection where the platform is wrong", () => {
  const machine = waiting();
  machine.network("offline");
  assertEquals(machine.open().state.kind, "open");
});

Deno.test("onNetworkWhileWaiting() does not postpone a slow attempt when it comes again", () => {
  const machine = waiting();
  machine.network("offline");
  machine.sleep(30_000).network("offline");
  assertEquals(machine.deadline, 45_000);
});

Deno.test("waitingDeadline() is a slow attempt when an attempt fails while offline", () => {
  const machine = connecting();
  assertEquals(machine.network("offline"), []);
  assertEquals(machine.ended(), [
    "waiting 1 +Infinity",
    "disconnected 1 +Infinity lost",
  ]);
  assertEquals(machine.deadline, 45_000);
});

Deno.test("waitingDeadline() respects the server's advice while offline", () => {
  const machine = opened();
  machine.ended(1013, { info: advice(300) });
  const { deadline } = machine;
  machine.network("offline");
  assertEquals(machine.deadline, deadline);
});

Deno.test("onNetworkWhileWaiting() does not count time without a network in maxElapsed", () => {
  const backoff = { ...CONFIG.backoff, maxElapsed: 20_000 };
  const machine = waiting({ backoff });
  machine.network("offline");
  machine.sleep(100_000).network("online");
  assertEquals(machine.ended()[0], "waiting 2 +7500");
});

Deno.test("whileWaiting() does not shorten a delay that the server asked for", () => {
  const machine = opened();
  machine.ended(1013, { info: advice(60) });
  const { deadline } = machine;
  assertEquals(machine.dispatch({ type: "woke" }), []);
  machine.sleep(10_000).network("offline");
  assertEquals(machine.network("online"), [`waiting 1 +${deadline - 10_000}`]);
  assertEquals(machine.deadline, deadline);
});

Deno.test("whileWaiting() ends a delay that the server asked for and a sleep has used up", () => {
  for (const kind of ["woke", "online"] as const) {
    const machine = opened();
    machine.ended(1013, { info: advice(60) });
    // The machine slept: only the wall clock went on.
    machine.drift = 100_000;
    const done = kind === "woke"
      ? machine.dispatch({ type: "woke" })
      : machine.network("online");
    assertEquals(done[1], "resolve 2");
  }
});

Deno.test("onNetworkWhileWaiting() reports no negative delay when the wall clock was set backwards", () => {
  const machine = opened();
  machine.ended(1013, { info: advice(60) });
  machine.network("offline");
  machine.drift = -1_000_000;
  machine.sleep(100_000);
  assertEquals(machine.network("online"), ["waiting 1 +0"]);
  assertEquals(machine.due()[1], "resolve 2");
});

Deno.test("whileWaiting() goes on waiting when offline or connect() comes again", () => {
  const machine = waiting();
  machine.network("offline");
  assertEquals(machine.network("offline"), ["waiting 1 +Infinity"]);
  assertEquals(machine.dispatch({ type: "connect" }), []);
});

function advice(seconds: number) {
  const reason = `retry-after=${seconds}`;
  return { closeCode: 1013, reason, wasClean: true };
}
