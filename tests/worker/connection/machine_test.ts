import { assertEquals } from "@std/assert";
import type { Effect, State } from "../../../lib/connection/state.ts";
import { Machine } from "../../../lib/worker/connection/machine.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { setupWith } from "../hub_client.ts";

/** A machine whose performer writes down what it is asked for. */
function makeMachine() {
  const log: string[] = [];
  const performer = {
    perform(effects: readonly Effect[], previous: State) {
      const types = effects.map(({ type }) => type).join(" ");
      log.push(`${previous.kind} to ${machine.state.kind}: ${types}`);
      performer.inside();
    },
    settled: () => log.push("settled"),
    /** Called while effects are performed. */
    inside: () => {},
  };
  const clock = new ManualClock();
  const { config } = setupWith();
  const machine = new Machine(config, clock, performer);
  return { machine, performer, log };
}

Deno.test("Machine.dispatch() replaces the state before effects are performed", () => {
  const { machine, log } = makeMachine();
  assertEquals(machine.state.kind, "idle");
  machine.dispatch({ type: "connect" });
  assertEquals(log, ["idle to connecting: notify resolve", "settled"]);
});

Deno.test("Machine.dispatch() handles what arises meanwhile afterwards, in order", () => {
  const { machine, performer, log } = makeMachine();
  performer.inside = () => {
    performer.inside = () => {};
    machine.dispatch({ type: "resolved", socket: 1 });
    machine.dispatch({ type: "close", closeCode: 1000, reason: "" });
    log.push("still inside");
  };
  machine.dispatch({ type: "connect" });
  assertEquals(log, [
    "idle to connecting: notify resolve",
    "still inside",
    "connecting to connecting: open",
    "connecting to closed: abandon notify release",
    "settled",
  ]);
});

Deno.test("Machine.owns() knows the socket of the present attempt only", () => {
  const { machine } = makeMachine();
  assertEquals(machine.owns(1), false);
  machine.dispatch({ type: "connect" });
  machine.dispatch({ type: "reconnect", reason: "" });
  assertEquals([machine.owns(1), machine.owns(2)], [false, true]);
});

Deno.test("Machine.forget() ends a connection without effects", () => {
  const { machine, log } = makeMachine();
  machine.dispatch({ type: "connect" });
  machine.forget();
  assertEquals([machine.state.kind, log.length], ["closed", 2]);
});

Deno.test("Machine.useBackoffFor() takes the backoff that the present URL calls for", () => {
  const { machine } = makeMachine();
  const delays = ["wss://a.test/", "ws://localhost/", "wss://b.test/"].map(
    (url, index) => {
      machine.useBackoffFor(url);
      machine.dispatch({ type: "reconnect", reason: "" });
      const socket = index + 1;
      machine.dispatch({
        type: "failed",
        socket,
        failure: { type: "lost", detail: "" },
      });
      const { state } = machine;
      return state.kind === "waiting" ? state.retryAt : state.kind;
    },
  );
  assertEquals(delays, [1_500, 125, 1_500]);
});
