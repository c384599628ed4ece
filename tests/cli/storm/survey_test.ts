import { assertEquals } from "@std/assert";
import { Peers } from "../../../lib/cli/storm/peers.ts";
import type { Policy } from "../../../lib/cli/storm/policies.ts";
import { outage } from "../../../lib/cli/storm/scenario.ts";
import { runsOf, survey } from "../../../lib/cli/storm/survey.ts";

function policy(name: string, deterministic: boolean): Policy {
  const rule = {
    delay: (_: number, random: number) => deterministic ? 100 : 1_000 * random,
  };
  return {
    name,
    deterministic,
    populate: (clients, random) => new Peers(clients, { rule, random }),
  };
}

const POLICIES = [policy("fixed", true), policy("random", false)];
const SCENARIO = outage({ clients: 10, away: 50 });

Deno.test("survey() runs each policy with each seed, and a deterministic one once", () => {
  let runs = 0;
  const rows = survey(SCENARIO, {
    policies: POLICIES,
    seeds: 3,
    onRun: () => runs += 1,
  });
  assertEquals(rows.map(({ policy, runs }) => [policy, runs]), [
    ["fixed", 1],
    ["random", 3],
  ]);
  assertEquals(runs, runsOf({ policies: POLICIES, seeds: 3 }));
});

Deno.test("survey() gives the medians of the runs", () => {
  const [fixed] = survey(SCENARIO, { policies: POLICIES, seeds: 1 });
  assertEquals(fixed?.figures, {
    peakAttempts: 10,
    peakOpenings: 10,
    p50: 50,
    p99: 50,
    attemptsEach: 1,
    distance: 1,
  });
});
