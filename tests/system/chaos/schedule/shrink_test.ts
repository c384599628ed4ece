import { assert, assertEquals } from "@std/assert";
import { shrink } from "./shrink.ts";

const ITEMS = Array.from({ length: 100 }, (_, index) => index);

Deno.test("shrink() finds the one item that fails", async () => {
  const part = await shrink(ITEMS, (part) => settle(part.includes(37)));
  assertEquals(part, [37]);
});

Deno.test("shrink() finds items that fail only together, in their order", async () => {
  const wanted = [3, 50, 51, 99];
  const part = await shrink(
    ITEMS,
    (part) => settle(wanted.every((item) => part.includes(item))),
  );
  assertEquals(part, wanted);
});

Deno.test("shrink() keeps what fails only as a whole", async () => {
  const part = await shrink(
    ITEMS,
    (part) => settle(part.length === ITEMS.length),
  );
  assertEquals(part, ITEMS);
});

Deno.test("shrink() leaves no item that is not needed", async () => {
  const fails = (part: readonly number[]) =>
    settle(part.filter((item) => item % 7 === 0).length >= 3);
  const part = await shrink(ITEMS, fails);
  assertEquals(part.length, 3);
  for (const index of part.keys()) {
    assert(!await fails(part.toSpliced(index, 1)));
  }
});

Deno.test("shrink() needs few trials for one culprit among many", async () => {
  let trials = 0;
  await shrink(ITEMS, (part) => {
    trials += 1;
    return settle(part.includes(42));
  });
  assert(trials < 40, `${trials}`);
});

function settle(value: boolean): Promise<boolean> {
  return Promise.resolve(value);
}
