import { assertAlmostEquals, assertEquals } from "@std/assert";
import { afterWarmUp, growthOf, type Point, slopeOf } from "./slope.ts";

Deno.test("slopeOf() finds the slope of a line", () => {
  const points: readonly Point[] = [[0, 5], [1, 7], [2, 9], [10, 25]];
  assertAlmostEquals(slopeOf(points), 2);
});

Deno.test("slopeOf() sees through noise around a constant", () => {
  const points = Array.from(
    { length: 100 },
    (_, x): Point => [x, 50 + (x % 2 === 0 ? 3 : -3)],
  );
  assertAlmostEquals(slopeOf(points), 0, 0.01);
});

Deno.test("slopeOf() has no answer for less than two points", () => {
  assertEquals(slopeOf([]), NaN);
  assertEquals(slopeOf([[1, 1]]), NaN);
});

Deno.test("growthOf() tells the growth over all samples", () => {
  assertAlmostEquals(growthOf([[100, 1], [200, 2], [300, 3]]), 2);
});

Deno.test("afterWarmUp() leaves out the first fifth", () => {
  const points = Array.from({ length: 10 }, (_, x): Point => [x, x]);
  assertEquals(afterWarmUp(points), points.slice(2));
});
