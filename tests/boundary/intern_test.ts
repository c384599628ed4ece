import { assertStrictEquals } from "@std/assert";
import { intern } from "../../lib/boundary/intern.ts";

const BUFFER = new ArrayBuffer(1);

Deno.test("intern() gives what is known for what is equal to it", () => {
  const make = () => ({ a: 1, b: { c: [1, { d: NaN }], e: BUFFER }, f: null });
  const known = make();
  assertStrictEquals(intern(known, make()), known);
});

Deno.test("intern() gives what differs in whatever", () => {
  const pairs: readonly (readonly [unknown, unknown])[] = [
    [1, 2],
    [undefined, {}],
    [{}, null],
    [{}, []],
    [[], {}],
    [[1], [1, 2]],
    [[1], [2]],
    [{ a: 1 }, { a: 2 }],
    [{ a: undefined }, { b: undefined }],
    [{ a: 1 }, { a: 1, b: 1 }],
    [{ a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }],
    [BUFFER, new ArrayBuffer(1)],
    [{ a: BUFFER }, { a: new ArrayBuffer(1) }],
  ];
  for (const [known, fresh] of pairs) {
    assertStrictEquals(intern(known, fresh), fresh);
  }
});
