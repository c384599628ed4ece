import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
  unreachable,
} from "@std/assert";

const HOLDS: Readonly<Record<string, () => void>> = {
  assert: () => assert(1),
  assertAlmostEquals: () => assertAlmostEquals(0.1 + 0.2, 0.3),
  assertArrayIncludes: () => assertArrayIncludes([{ a: 1 }, 2], [{ a: 1 }]),
  assertEquals: () => assertEquals({ a: [1] }, { a: [1] }),
  assertExists: () => assertExists(0),
  assertFalse: () => assertFalse(""),
  assertGreater: () => assertGreater(2, 1),
  assertGreaterOrEqual: () => assertGreaterOrEqual(1, 1),
  assertInstanceOf: () => assertInstanceOf([], Array),
  assertLess: () => assertLess(1, 2),
  assertLessOrEqual: () => assertLessOrEqual(1, 1),
  assertMatch: () => assertMatch("abc", /b/),
  assertNotEquals: () => assertNotEquals([1], [2]),
  assertNotStrictEquals: () => assertNotStrictEquals([1], [1]),
  assertObjectMatch: () => assertObjectMatch({ a: 1, b: 2 }, { a: 1 }),
  assertStrictEquals: () => assertStrictEquals(NaN, NaN),
  assertStringIncludes: () => assertStringIncludes("abc", "b"),
};

const FAILS: Readonly<Record<string, () => void>> = {
  assert: () => assert(0, "why"),
  assertAlmostEquals: () => assertAlmostEquals(1, 2, 0.5, "why"),
  assertArrayIncludes: () => assertArrayIncludes([1], [2], "why"),
  assertEquals: () => assertEquals([1], [2], "why"),
  assertExists: () => assertExists(null, "why"),
  assertFalse: () => assertFalse("x", "why"),
  assertGreater: () => assertGreater(1, 1, "why"),
  assertGreaterOrEqual: () => assertGreaterOrEqual(0, 1, "why"),
  assertInstanceOf: () => assertInstanceOf({}, Array, "why"),
  assertLess: () => assertLess(1, 1, "why"),
  assertLessOrEqual: () => assertLessOrEqual(1, 0, "why"),
  assertMatch: () => assertMatch("abc", /d/, "why"),
  assertNotEquals: () => assertNotEquals([1], [1], "why"),
  assertNotStrictEquals: () => assertNotStrictEquals(1, 1, "why"),
  assertObjectMatch: () => assertObjectMatch({ a: 1 }, { a: 2 }, "why"),
  assertStrictEquals: () => assertStrictEquals([1], [1], "why"),
  assertStringIncludes: () => assertStringIncludes("abc", "d", "why"),
  fail: () => fail("why"),
  unreachable: () => unreachable("why"),
};

Deno.test("each assertion passes where it holds", () => {
  for (const assertion of Object.values(HOLDS)) assertion();
});

Deno.test("each assertion throws an AssertionError that says why", () => {
  for (const [name, assertion] of Object.entries(FAILS)) {
    const error = assertThrows(assertion, AssertionError, "why", name);
    assertStrictEquals(error.name, "AssertionError");
  }
});

Deno.test("assertions narrow types", () => {
  const value: string | undefined = ["a"].at(0);
  assertExists(value);
  assertStrictEquals(value.length, 1);
  const thing: unknown = new Map([[1, 2]]);
  assertInstanceOf(thing, Map);
  assertStrictEquals(thing.size, 1);
});

Deno.test("assertRejects() resolves to the reason", async () => {
  const error: RangeError = await assertRejects(
    () => Promise.reject(new RangeError("too far")),
    RangeError,
    "far",
  );
  assertStrictEquals(error.message, "too far");
  await assertRejects(
    () => assertRejects(() => Promise.resolve()),
    AssertionError,
  );
});
