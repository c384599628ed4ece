import { assertEquals } from "@std/assert";
import { figuresOf, medians } from "../../../lib/cli/storm/figures.ts";
import { outage } from "../../../lib/cli/storm/scenario.ts";

const SCENARIO = outage({ clients: 4, away: 1_000 });

Deno.test("figuresOf() reads peaks, quantiles and the distance from counts", () => {
  const figures = figuresOf(SCENARIO, {
    attempts: Uint32Array.of(4, 2, 0, 2),
    openings: Uint32Array.of(0, 2, 0, 2),
    recoveries: Float64Array.of(100, 200, 300, 400),
  });
  assertEquals(figures, {
    peakAttempts: 4,
    peakOpenings: 2,
    p50: 200,
    p99: 400,
    attemptsEach: 2,
    distance: 2,
  });
});

Deno.test("figuresOf() takes one window for a return in one instant", () => {
  const { distance } = figuresOf(SCENARIO, {
    attempts: Uint32Array.of(4),
    openings: Uint32Array.of(4),
    recoveries: new Float64Array(4),
  });
  assertEquals(distance, 1);
});

Deno.test("medians() takes the middle of each figure, or of the two in the middle", () => {
  const runs = [1, 9, 3, 7].map((value) => ({
    peakAttempts: value,
    peakOpenings: value,
    p50: value,
    p99: value === 9 ? Infinity : value,
    attemptsEach: value,
    distance: value,
  }));
  assertEquals(medians(runs).peakAttempts, 5);
  assertEquals(medians(runs).p99, 5);
  assertEquals(medians(runs.slice(0, 3)).p50, 3);
});

Deno.test("figuresOf() and medians() give NaN where there is nothing to measure", () => {
  const figures = figuresOf(SCENARIO, {
    attempts: new Uint32Array(),
    openings: new Uint32Array(),
    recoveries: new Float64Array(),
  });
  assertEquals([figures.p50, figures.attemptsEach], [NaN, NaN]);
  assertEquals([figures.peakAttempts, figures.peakOpenings], [0, 0]);
  assertEquals(medians([]).p99, NaN);
});
