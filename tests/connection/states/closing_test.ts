import { assertEquals } from "@std/assert";
import { CONFIG, connecting, Machine, opened, waiting } from "../machine.ts";

function closing(closeCode?: number, reason?: string): Machine {
  const machine = opened();
  machine.close(closeCode, reason);
  return machine;
}

Deno.test("onClose() ends a connection at once that was never started", () => {
  const machine = new Machine();
  assertEquals(machine.close(4000), [
    "closed 0",
    "closed 4000 requested cleanly",
    "release",
  ]);
});

Deno.test("onClose() ends a connection at once that waits, and its timer", () => {
  const machine = waiting();
  assertEquals(machine.close(), [
    "closed 1",
    "closed 1005 requested cleanly",
    "release",
  ]);
  assertEquals(machine.deadline, Infinity);
  assertEquals(machine.reconnect(), []);
});

Deno.test("onClose() ends an attempt without a failure", () => {
  assertEquals(connecting().close(1000), [
    "abandon 1 1000",
    "closed 1",
    "closed 1000 requested cleanly",
    "release",
  ]);
});

Deno.test("onClose() sends what is queued before it closes", () => {
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

Deno.test("onClose() closes once when it comes twice", () => {
  const machine = closing(4000);
  assertEquals(machine.close(4001), []);
  assertEquals(machine.socketEvent("drained"), ["close 1 4000"]);
});

Deno.test("whileClosing() waits closeTimeout for the closing handshake", () => {
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

Deno.test("whileClosing() limits draining and handshake by one closeTimeout", () => {
  const machine = closing();
  machine.sleep(4_000).socketEvent("drained");
  assertEquals(machine.deadline, 5_000);
});

Deno.test("whileClosing() waits for ever where closeTimeout is Infinity", () => {
  const machine = opened({ closeTimeout: Infinity });
  machine.close();
  assertEquals(machine.deadline, Infinity);
});

Deno.test("whileClosing() reports the failure of an unclean end", () => {
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

Deno.test("whileClosing() never retries, whatever classify() says", () => {
  const machine = closing();
  machine.ended(1012, { verdict: "retry" });
  assertEquals(machine.state.kind, "closed");
});

Deno.test("whileClosing() sends no pings", () => {
  const machine = opened({ closeTimeout: Infinity });
  machine.close();
  assertEquals(machine.sleep(100_000).dispatch({ type: "due" }), []);
  assertEquals(machine.dispatch({ type: "woke" }), []);
  assertEquals(machine.network("online"), []);
});

Deno.test("whileClosing() ignores all other events", () => {
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
