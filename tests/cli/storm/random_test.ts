import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../../lib/cli/storm/random.ts";

const DRAWS = 100_000;

Deno.test("seededRandom() repeats itself for a seed, and only for that one", () => {
  const [first, again, other] = [1, 1, 2].map(draws);
  assertEquals(first, again);
  assert(first!.every((value, index) => value !== other![index]));
});

Deno.test("seededRandom() is uniform in [0, 1)", () => {
  for (const seed of [0, 1, 2, 1e9]) {
    const bins = new Uint32Array(100);
    for (const value of draws(seed)) {
      assert(value >= 0 && value < 1);
      const bin = Math.floor(value * bins.length);
      bins[bin] = bins[bin]! + 1;
    }
    const expected = DRAWS / bins.length;
    const chiSquare = bins.reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    // 99 degrees of freedom: more than 149 comes once in a thousand times.
    assert(chiSquare < 149, `${chiSquare}`);
  }
});

function draws(seed: number): readonly number[] {
  const random = seededRandom(seed);
  return Array.from({ length: DRAWS }, () => random());
}
