import { assertEquals } from "@std/assert";
import {
  type Check,
  hasShape,
  isCount,
  isName,
  isPositive,
  isRecord,
  listOf,
  oneOf,
  optional,
  textUpTo,
  tuple,
} from "../../../lib/session/wire/checks.ts";

function passing(check: Check, values: readonly unknown[]): readonly unknown[] {
  return values.filter(check);
}

Deno.test("isRecord() passes records only", () => {
  assertEquals([{}, { a: 1 }, [], null, 1, "a"].filter(isRecord).length, 2);
});

Deno.test("isCount() and isPositive() pass safe whole numbers", () => {
  const values = [-1, 0, 1, 1.5, NaN, Infinity, 2 ** 53, "1", null];
  assertEquals(passing(isCount, values), [0, 1]);
  assertEquals(passing(isPositive, values), [1]);
});

Deno.test("textUpTo() passes texts with something in them", () => {
  assertEquals(passing(textUpTo(2), ["", "a", "ab", "abc", 1]), ["a", "ab"]);
  assertEquals(isName("a".repeat(64)), true);
  assertEquals(isName("a".repeat(65)), false);
});

Deno.test("oneOf() passes the texts that it names", () => {
  assertEquals(passing(oneOf("a", "b"), ["a", "c", 1]), ["a"]);
});

Deno.test("optional() passes what is absent", () => {
  assertEquals(passing(optional(isCount), [undefined, 1, null]), [
    undefined,
    1,
  ]);
});

Deno.test("listOf() judges the length and each element", () => {
  const check = listOf(isCount, { min: 1, max: 2 });
  assertEquals(passing(check, [[], [1], [1, 2], [1, 2, 3], [""], "1"]), [
    [1],
    [1, 2],
  ]);
});

Deno.test("tuple() judges the length and each element in its place", () => {
  const check = tuple(isName, isCount);
  assertEquals(passing(check, [["a", 1], ["a"], [1, "a"], ["a", 1, 2], "a"]), [
    ["a", 1],
  ]);
});

Deno.test("hasShape() judges own fields that it names, and no others", () => {
  const shape = { a: isCount, toString: optional(isCount) };
  assertEquals(hasShape({ a: 1 }, shape), true);
  assertEquals(hasShape({ a: 1, b: "whatever" }, shape), true);
  assertEquals(hasShape({}, shape), false);
  assertEquals(hasShape({ a: 1, toString: "" }, shape), false);
  assertEquals(hasShape([], {}), false);
});
