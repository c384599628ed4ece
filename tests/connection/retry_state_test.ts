import { assertEquals } from "@std/assert";
import type { Failure } from "../../lib/connection/failure.ts";
import {
  countLoss,
  newSeries,
  retryStateOf,
} from "../../lib/connection/retry_state.ts";
import type { RetryState, State } from "../../lib/connection/state.ts";
import { newConnection } from "../../lib/connection/transition.ts";
import { CONFIG, connecting, opened } from "./machine.ts";

const LOST: Failure = { type: "lost", detail: "" };
const SILENT: Failure = { type: "heartbeat", kind: "ping", timeout: 1 };

function contextAt(monotonic: number) {
  return { config: CONFIG, now: { monotonic, wall: 0 }, random: 0.5 };
}

/** The same state with another count of failures in a row. */
function counted(
  state: State,
  { failures, now = 0, failure = LOST }: {
    readonly failures: number;
    readonly now?: number;
    readonly failure?: Failure;
  },
): RetryState {
  if (state.kind !== "open" && state.kind !== "connecting") {
    throw new TypeError(`Nothing to lose in ${state.kind}`);
  }
  return countLoss({ ...state, failures }, failure, contextAt(now));
}

Deno.test("retryStateOf() keeps what outlives a state, and nothing else", () => {
  const { kind: _, ...retryState } = newConnection(3);
  assertEquals(retryStateOf(newConnection(3)), retryState);
  const kept = retryStateOf(opened().state);
  assertEquals(Object.keys(kept), Object.keys(retryState));
});

Deno.test("newSeries() forgets attempts and failures, and restarts the clock", () => {
  const before = {
    ...newConnection(0),
    attempt: 9,
    attemptsInSeries: 9,
    failures: 9,
  };
  assertEquals(newSeries(before, contextAt(7_000)), {
    ...newConnection(7_000),
    attempt: 9,
  });
});

Deno.test("countLoss() counts failed attempts and unstable connections", () => {
  assertEquals(counted(connecting().state, { failures: 4 }).failures, 5);
  // The spread policy goes back to its random phases.
  assertEquals(counted(opened().state, { failures: 4 }).failures, 2);
});

Deno.test("countLoss() does not count attempts without a network", () => {
  const machine = connecting();
  machine.network("offline");
  const { attemptsInSeries, failures, seriesStartedAt } = counted(
    machine.state,
    { failures: 4, now: 9_000 },
  );
  assertEquals([attemptsInSeries, failures, seriesStartedAt], [0, 4, 9_000]);
  assertEquals(counted(machine.state, { failures: 0 }).failures, 1);
});

Deno.test("countLoss() starts a new series after a stable connection", () => {
  const { state } = opened();
  const now = CONFIG.stableAfter;
  const before = counted(state, { failures: 4, now: now - 1 });
  assertEquals([before.attemptsInSeries, before.failures], [1, 2]);
  assertEquals(counted(state, { failures: 4, now }), {
    ...retryStateOf(state),
    attemptsInSeries: 0,
    failures: 1,
    seriesStartedAt: now,
    token: "proven",
  });
});

Deno.test("countLoss() does not count silence as uptime", () => {
  const { state } = opened();
  const silence = { failures: 4, now: 1e6, failure: SILENT };
  assertEquals(counted(state, silence).failures, 2);
});
