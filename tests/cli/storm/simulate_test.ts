import { assertEquals } from "@std/assert";
import { Peers } from "../../../lib/cli/storm/peers.ts";
import type { Policy } from "../../../lib/cli/storm/policies.ts";
import { outage, relapse } from "../../../lib/cli/storm/scenario.ts";
import { simulate } from "../../../lib/cli/storm/simulate.ts";

/** Tries again after so many milliseconds, or never. */
function every(delay: number | undefined): Policy {
  return {
    name: "fixed",
    deterministic: true,
    populate: (clients, random) =>
      new Peers(clients, { rule: { delay: () => delay }, random }),
  };
}

Deno.test("simulate() lets clients try until the server is back", () => {
  const scenario = outage({ clients: 2, away: 1_000 });
  const counts = simulate(scenario, { policy: every(300), seed: 1 });
  // At 300, 600, 900 and 1,200 ms.
  const windows = [0, 0, 0, 2, 0, 0, 2, 0, 0, 2, 0, 0, 2];
  assertEquals([...counts.attempts], windows);
  assertEquals([...counts.openings], windows.map((_, at) => at === 12 ? 2 : 0));
  assertEquals([...counts.recoveries], [200, 200]);
});

Deno.test("simulate() never rings a timer early", () => {
  const scenario = outage({ clients: 1, away: 1 });
  const counts = simulate(scenario, { policy: every(99.2), seed: 1 });
  assertEquals([...counts.attempts], [0, 1]);
});

Deno.test("simulate() ends when everybody has given up", () => {
  const scenario = outage({ clients: 3, away: 1_000 });
  const counts = simulate(scenario, { policy: every(undefined), seed: 1 });
  assertEquals(counts.attempts.length, 0);
  assertEquals([...counts.recoveries], [Infinity, Infinity, Infinity]);
});

Deno.test("simulate() ends at the horizon where nobody gives up", () => {
  const scenario = { ...outage({ clients: 1, away: 5_000 }), horizon: 1_000 };
  const counts = simulate(scenario, { policy: every(100), seed: 1 });
  assertEquals([...counts.recoveries], [Infinity]);
  assertEquals(counts.attempts.reduce((sum, each) => sum + each), 9);
});

Deno.test("simulate() goes on when the server fails again", () => {
  const scenario = relapse({ clients: 1, away: 100, up: 100 });
  const counts = simulate(scenario, { policy: every(150), seed: 1 });
  assertEquals(counts.openings.reduce((sum, each) => sum + each), 2);
  assertEquals([...counts.recoveries], [50, 50]);
});
