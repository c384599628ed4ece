import { assertEquals, assertThrows } from "@std/assert";
import { DecodeError } from "../../../lib/messages/format/errors.ts";
import {
  checkKeys,
  checkTree,
  tooDeep,
} from "../../../lib/messages/format/safe_tree.ts";

Deno.test("checkTree() accepts objects and arrays up to the depth limit", () => {
  for (const value of [undefined, 1, "a", [], {}, [[1], { a: 1 }]]) {
    checkTree(value, 2);
  }
  for (const value of [[[[]]], { a: { b: {} } }, [1, { a: [] }]]) {
    assertThrows(() => checkTree(value, 2), DecodeError, "maxDepth is 2");
  }
});

Deno.test("checkTree() does not recurse, nor look into binary data", () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  checkTree(deep, Infinity);
  checkTree(new Uint8Array(10), 1);
});

Deno.test("checkTree() visits what is shared or cyclic once", () => {
  let visits = 0;
  const cycle: Record<string, unknown> = {
    get counted() {
      visits += 1;
      return visits;
    },
  };
  Object.assign(cycle, { self: cycle, pair: [cycle, cycle] });
  checkTree(cycle, 2);
  assertEquals(visits, 1);
});

Deno.test("checkKeys() refuses keys that pollute prototypes, at each depth", () => {
  const polluting = {
    "__proto__": ['{"__proto__":1}', '[{"a":{"__proto__":{}}}]'],
    "constructor.prototype": ['{"constructor":{"prototype":1}}'],
  };
  for (const [key, texts] of Object.entries(polluting)) {
    for (const text of texts) {
      const value: unknown = JSON.parse(text);
      const error = assertThrows(() => checkKeys(value), DecodeError, key);
      assertEquals(error.excerpt, `"${key}"`);
    }
  }
});

Deno.test("checkKeys() accepts innocent keys of the same name", () => {
  for (
    const value of [
      {},
      { prototype: {} },
      { constructor: null },
      { constructor: "Ferrari", prototype: 1 },
      { constructor: { name: "Ferrari" } },
      { text: "__proto__" },
    ]
  ) checkKeys(value);
});

Deno.test("tooDeep() names the limit and quotes the place", () => {
  const { message, excerpt } = tooDeep(3, '"[["');
  assertEquals(excerpt, '"[["');
  assertEquals(
    message,
    "Cannot decode a message that is too deep: maxDepth is 3",
  );
});
