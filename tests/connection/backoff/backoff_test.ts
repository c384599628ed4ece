import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  attemptAfterDrop,
  type Backoff,
  backoffFor,
  delayBefore,
  type ExponentialBackoff,
  MAX_DELAY,
  offlineDelay,
} from "../../../lib/connection/backoff/backoff.ts";

const SPREAD: Backoff = { strategy: "spread" };

function exponential(options: Omit<ExponentialBackoff, "strategy">): Backoff {
  return { strategy: "exponential", ...options };
}

function delays(policy: Backoff, random = 0.5): readonly number[] {
  return [1, 2, 3, 4].map((attempt) => delayBefore(attempt, random, policy));
}

Deno.test("delayBefore() spreads a fleet of 10,000 over 3 s, then over 15 s", () => {
  for (const policy of [SPREAD, { ...SPREAD, fleet: 10_000 }]) {
    assertEquals(delays(policy), [1_500, 7_500, 15_000, 15_000]);
  }
});

Deno.test("delayBefore() takes 0.3 ms, then 1.5 ms for each client of the fleet", () => {
  assertEquals(delays({ ...SPREAD, fleet: 1_000_000 }), [
    150_000,
    750_000,
    1_500_000,
    1_500_000,
  ]);
  assertEquals(delays({ ...SPREAD, fleet: 1_000 }), [150, 750, 1_500, 1_500]);
});

Deno.test("delayBefore() spreads the smallest fleet over 250 ms, then over 1 s", () => {
  assertEquals(delays({ ...SPREAD, fleet: 1 }), [125, 500, 1_000, 1_000]);
});

Deno.test("delayBefore() takes first and cap rather than what follows from the fleet", () => {
  const policy: Backoff = { ...SPREAD, fleet: 1, first: 10, cap: 20 };
  assertEquals(delays(policy), [5, 10, 20, 20]);
  assertEquals(delays({ ...SPREAD, fleet: 1, first: 10 })[1], 500);
});

Deno.test("delayBefore() is finite for an endless fleet", () => {
  const policy: Backoff = { ...SPREAD, fleet: Infinity };
  assertEquals(delays(policy)[2], MAX_DELAY);
});

Deno.test("delayBefore() grows with each kind of jitter", () => {
  assertEquals(delays(exponential({})), [500, 1_000, 2_000, 4_000]);
  const grown = [750, 1_500, 3_000, 6_000];
  assertEquals(delays(exponential({ jitter: "equal" })), grown);
  assertEquals(delays(exponential({ jitter: "none" }))[0], 1_000);
  assertEquals(delays(exponential({ initialDelay: 0 }))[3], 0);
});

Deno.test("backoffFor() assumes a fleet of one on this machine", () => {
  for (const host of ["localhost:8080", "127.0.0.1", "[::1]", "a.localhost"]) {
    assertEquals(backoffFor(`ws://${host}/`, SPREAD), { ...SPREAD, fleet: 1 });
  }
});

Deno.test("backoffFor() keeps a policy that says otherwise, and any other host's", () => {
  const given: Backoff = { ...SPREAD, fleet: 10_000 };
  assertStrictEquals(backoffFor("ws://localhost/", given), given);
  const grows = exponential({});
  assertStrictEquals(backoffFor("ws://localhost/", grows), grows);
  assertStrictEquals(backoffFor("wss://example.com/", SPREAD), SPREAD);
});

Deno.test("offlineDelay() is spread over 30 to 60 s", () => {
  assertEquals([0, 0.5].map(offlineDelay), [30_000, 45_000]);
});

Deno.test("attemptAfterDrop() goes back to the random phases of the spread policy", () => {
  const after = [1, 2, 3, 2_000].map((attempt) =>
    attemptAfterDrop(attempt, SPREAD)
  );
  assertEquals(after, [1, 2, 2, 2]);
});

Deno.test("attemptAfterDrop() leaves a policy alone that has jitter in each delay", () => {
  assertEquals(attemptAfterDrop(7, exponential({})), 7);
});
