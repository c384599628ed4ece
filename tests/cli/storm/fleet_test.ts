/**
 * The guarantee that a fleet spreads its attempts, in virtual time, with the real
 * state machine and its default policy.
 */

import { assert, assertEquals } from "@std/assert";
import {
  type Figures,
  figuresOf,
  max,
} from "../../../lib/cli/storm/figures.ts";
import {
  holdfast,
  PEERS,
  type Policy,
} from "../../../lib/cli/storm/policies.ts";
import {
  outage,
  relapse,
  rollingRestart,
  type Scenario,
  WINDOW,
} from "../../../lib/cli/storm/scenario.ts";
import { simulate } from "../../../lib/cli/storm/simulate.ts";
import { survey } from "../../../lib/cli/storm/survey.ts";

const CLIENTS = 10_000;
/** The guarantee is about medians of so many seeds. */
const SEEDS = 20;
/** Enough where the figures hardly depend on the seed. */
const FEW_SEEDS = 3;

Deno.test("holdfast() makes at most 500 attempts and 110 openings per 100 ms after half a minute", () => {
  const { peakAttempts, peakOpenings, distance } = mediansOf(
    outage({ clients: CLIENTS, away: 30_000 }),
    SEEDS,
  );
  assert(peakAttempts <= 500, `${peakAttempts} attempts per 100 ms`);
  assert(peakOpenings <= 110, `${peakOpenings} openings per 100 ms`);
  assert(distance <= 1.4, `distance ${distance}`);
});

Deno.test("holdfast() comes closer to the limit the larger the fleet is", () => {
  const { distance } = mediansOf(
    outage({ clients: 100_000, away: 30_000 }),
    1,
  );
  assert(distance <= 1.15, `distance ${distance}`);
});

for (const away of [3_000, 90_000] as const) {
  Deno.test(`holdfast() spreads a fleet after ${away} ms as well`, () => {
    const { peakAttempts, peakOpenings, distance } = mediansOf(
      outage({ clients: CLIENTS, away }),
      FEW_SEEDS,
    );
    assert(peakAttempts <= 500, `${peakAttempts} attempts per 100 ms`);
    assert(peakOpenings <= 110, `${peakOpenings} openings per 100 ms`);
    assert(distance <= 1.4, `distance ${distance}`);
  });
}

Deno.test("holdfast() has a client back in under 2.5 s at the median after 1 s", () => {
  // The server has no limit, so each client of the fleet is like a single one.
  const { p50 } = mediansOf(outage({ clients: CLIENTS, away: 1_000 }), 1);
  assert(1_000 + p50 < 2_500, `${1_000 + p50} ms`);
});

Deno.test("holdfast() spreads anew what a server drops when it fails again", () => {
  const scenario = relapse({ clients: CLIENTS, away: 30_000, up: 4_000 });
  const { peakAttempts, peakOpenings } = mediansOf(scenario, FEW_SEEDS);
  assert(peakAttempts <= 500, `${peakAttempts} attempts per 100 ms`);
  assert(peakOpenings <= 130, `${peakOpenings} openings per 100 ms`);
});

Deno.test("holdfast() spreads what each server of a rolling restart drops", () => {
  const scenario = rollingRestart({
    clients: CLIENTS,
    servers: 10,
    away: 10_000,
    every: 30_000,
  });
  const { peakOpenings, p99, attemptsEach } = mediansOf(scenario, FEW_SEEDS);
  // The last server to restart also has the clients of the others.
  assert(peakOpenings <= 130, `${peakOpenings} openings per 100 ms`);
  assert(p99 <= 3_000, `${p99} ms`);
  assertEquals(attemptsEach, 1);
});

for (const retryAfter of [undefined, 10_000] as const) {
  const advice = retryAfter === undefined ? "no advice" : "Retry-After";
  Deno.test(`holdfast() keeps a server busy that takes less than all at once, with ${advice}`, () => {
    const scenario = outage({
      clients: CLIENTS,
      away: 30_000,
      capacity: 70,
      ...retryAfter !== undefined && { retryAfter },
    });
    const counts = run(scenario);
    assertEquals(max(counts.openings), 70);
    assert(counts.recoveries.at(-1)! < 60_000);
    // The attempts of refused clients do not accumulate.
    assert(max(counts.attempts) <= 500);
  });
}

Deno.test("holdfast() does not return to a server before its Retry-After", () => {
  const retryAfter = 100_000;
  const counts = run(
    outage({ clients: 100, away: 1_000, capacity: 1, retryAfter }),
  );
  const refused = counts.recoveries.filter((time) => time > 20_000);
  assert(refused.length > 0);
  assert(refused.every((time) => time >= retryAfter));
});

Deno.test("simulate() gives the same counts for the same seed only", () => {
  const scenario = outage({ clients: 1_000, away: 3_000 });
  for (const policy of [holdfast(), peer("socket.io")]) {
    const [first, again, other] = [1, 1, 2].map((seed) =>
      simulate(scenario, { policy, seed })
    );
    assertEquals(first, again);
    assert(first!.attempts.join() !== other!.attempts.join());
  }
});

Deno.test("simulate() accounts for each client and each attempt", () => {
  const clients = 1_000;
  const scenario = outage({ clients, away: 3_000 });
  for (const policy of [holdfast(), ...PEERS]) {
    const { attempts, openings, recoveries } = simulate(scenario, {
      policy,
      seed: 1,
    });
    assertEquals(recoveries.length, clients, policy.name);
    assertEquals(sum(openings), clients, policy.name);
    assert(sum(attempts) >= clients, policy.name);
    assert(sum(openings.subarray(0, 3_000 / WINDOW)) === 0, policy.name);
  }
});

Deno.test("simulate() counts clients that give up as never recovered", () => {
  const scenario = outage({ clients: 10, away: 300_000 });
  const signalr = peer("SignalR");
  const counts = simulate(scenario, { policy: signalr, seed: 1 });
  assertEquals([...counts.recoveries], Array(10).fill(Infinity));
  const policy = holdfast({ backoff: { maxAttempts: 3 } });
  assertEquals(
    simulate(scenario, { policy, seed: 1 }).recoveries[0],
    Infinity,
  );
});

// The peers as docs/storms.md shows them.
for (
  const [name, attempts, openings] of [
    ["phoenix.js", 20_000, 10_000],
    ["partysocket", 10_000, 10_000],
    ["supabase", 10_000, 10_000],
    ["SignalR", 10_000, 10_000],
    ["sockette", 10_000, 10_000],
    ["socket.io", 1_060, 333],
    ["centrifuge-js", 2_065, 105],
    ["reconnecting-websocket", 457, 155],
    ["python websockets", 465, 240],
    ["full jitter to 30 s", 2_987, 75],
  ] as const
) {
  Deno.test(`PEERS has ${name} as it was measured before`, () => {
    const scenario = outage({ clients: CLIENTS, away: 30_000 });
    const figures = figuresOf(scenario, run(scenario, peer(name)));
    assertNear(figures.peakAttempts, attempts);
    assertNear(figures.peakOpenings, openings);
  });
}

function mediansOf(scenario: Scenario, seeds: number): Figures {
  return survey(scenario, { policies: [holdfast()], seeds })[0]!.figures;
}

function run(scenario: Scenario, policy: Policy = holdfast()) {
  return simulate(scenario, { policy, seed: 1 });
}

function peer(name: string): Policy {
  return PEERS.find((policy) => policy.name === name)!;
}

function sum(values: Uint32Array): number {
  return values.reduce((total, each) => total + each, 0);
}

function assertNear(actual: number, expected: number): void {
  assert(
    Math.abs(actual - expected) <= 0.1 * expected,
    `${actual} is not about ${expected}`,
  );
}
