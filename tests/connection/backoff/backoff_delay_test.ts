import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Backoff,
  type ExponentialBackoff,
  MAX_DELAY,
} from "../../../lib/connection/backoff/backoff.ts";
import { backoffDelay } from "../../../lib/connection/backoff/backoff_delay.ts";

const ALMOST_ONE = 1 - 2 ** -53;

function exponential(options: Omit<ExponentialBackoff, "strategy">): Backoff {
  return { strategy: "exponential", ...options };
}

function delays(options: Backoff, random: number): readonly number[] {
  return [1, 2, 3, 4].map((attempt) => backoffDelay(attempt, random, options));
}

Deno.test("backoffDelay() spreads over first, then over cap, then stays at cap", () => {
  const options: Backoff = { strategy: "spread", first: 100, cap: 1_000 };
  assertEquals(delays(options, 0), [0, 0, 1_000, 1_000]);
  assertEquals(delays(options, 0.5), [50, 500, 1_000, 1_000]);
});

Deno.test("backoffDelay() keeps the first spread delays below their limits", () => {
  assert(backoffDelay(1, ALMOST_ONE) < 3_000);
  assert(backoffDelay(2, ALMOST_ONE) < 15_000);
});

Deno.test("backoffDelay() takes the spread policy of 3 s and 15 s by default", () => {
  assertEquals(delays({ strategy: "spread" }, 0.5), [
    1_500,
    7_500,
    15_000,
    15_000,
  ]);
  assertEquals(backoffDelay(2, 0.5), 7_500);
});

Deno.test("backoffDelay() grows exponentially from 1 s to 60 s by default", () => {
  const options = exponential({ jitter: "none" });
  assertEquals(delays(options, 0.5), [1_000, 2_000, 4_000, 8_000]);
  assertEquals(backoffDelay(7, 0.5, options), 60_000);
});

Deno.test("backoffDelay() has full jitter by default where it grows exponentially", () => {
  assertEquals(delays(exponential({}), 0.5), [500, 1_000, 2_000, 4_000]);
});

Deno.test("backoffDelay() keeps the upper half under equal jitter", () => {
  const options = exponential({
    initialDelay: 100,
    factor: 3,
    jitter: "equal",
  });
  assertEquals(delays(options, 0), [50, 150, 450, 1_350]);
  assertEquals(delays(options, 0.5), [75, 225, 675, 2_025]);
});

Deno.test("backoffDelay() caps before the jitter, so that late attempts stay apart", () => {
  const options = exponential({ maxDelay: 1_000 });
  assertEquals(backoffDelay(2_000, 0.25, options), 250);
  assertEquals(backoffDelay(2_000, 0.75, options), 750);
});

Deno.test("backoffDelay() is finite and in range at attempt 2,000 and far beyond", () => {
  for (const attempt of [2_000, 1e9, Number.MAX_SAFE_INTEGER]) {
    assertEquals(backoffDelay(attempt, 0.5), 15_000);
    assertEquals(
      backoffDelay(attempt, 0.5, exponential({ jitter: "none" })),
      60_000,
    );
    assertEquals(
      backoffDelay(attempt, 0.5, exponential({ initialDelay: 0 })),
      0,
    );
  }
});

Deno.test("backoffDelay() clamps delays above 2^31 - 1 ms", () => {
  const endless: Backoff = {
    strategy: "spread",
    first: Infinity,
    cap: Infinity,
  };
  assertEquals(delays(endless, 0.5), [
    MAX_DELAY / 2,
    MAX_DELAY / 2,
    MAX_DELAY,
    MAX_DELAY,
  ]);
  for (const jitter of ["full", "equal", "none"] as const) {
    const delay = backoffDelay(
      1e9,
      0.5,
      exponential({ maxDelay: Infinity, jitter }),
    );
    assert(delay > 0 && delay <= MAX_DELAY);
  }
});

Deno.test("backoffDelay() takes a factor of 1 as a steady pace", () => {
  assertEquals(delays(exponential({ factor: 1, jitter: "none" }), 0), [
    1_000,
    1_000,
    1_000,
    1_000,
  ]);
});

Deno.test("backoffDelay() throws a RangeError that names the argument and the value", () => {
  for (const attempt of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(
      () => backoffDelay(attempt, 0),
      RangeError,
      `attempt is ${attempt}, must be`,
    );
  }
  for (const random of [-0.1, 1, NaN]) {
    assertThrows(
      () => backoffDelay(1, random),
      RangeError,
      `random is ${random}, must be`,
    );
  }
});

Deno.test("backoffDelay() throws a RangeError that names the option and the value", () => {
  const wrong: readonly [Backoff, string][] = [
    [{ strategy: "spread", first: -1 }, "first is -1"],
    [{ strategy: "spread", cap: NaN }, "cap is NaN"],
    [exponential({ initialDelay: -5 }), "initialDelay is -5"],
    [exponential({ factor: 0.5 }), "factor is 0.5"],
    [exponential({ maxDelay: NaN }), "maxDelay is NaN"],
    [
      JSON.parse('{"strategy":"exponential","jitter":"some"}'),
      'jitter is "some", must be "full", "equal" or "none"',
    ],
    [
      JSON.parse('{"strategy":"linear"}'),
      'strategy is "linear", must be "spread" or "exponential"',
    ],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => backoffDelay(1, 0, options), RangeError, message);
  }
});

Deno.test("backoffDelay() gives a delay in range for any policy", () => {
  const duration = fc.oneof(
    fc.constant(Infinity),
    fc.double({ min: 0, noNaN: true }),
  );
  const policy: fc.Arbitrary<Backoff> = fc.oneof(
    fc.record({
      strategy: fc.constant("spread" as const),
      first: duration,
      cap: duration,
    }),
    fc.record({
      strategy: fc.constant("exponential" as const),
      initialDelay: duration,
      factor: fc.double({ min: 1, noNaN: true }),
      maxDelay: duration,
      jitter: fc.constantFrom("full", "equal", "none"),
    }),
  );
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const attempt = fc.integer({ min: 1, max: 1e9 });
  fc.assert(fc.property(attempt, random, policy, (attempt, random, policy) => {
    const delay = backoffDelay(attempt, random, policy);
    assert(delay >= 0 && delay <= MAX_DELAY);
  }));
});
