import { runInNewContext } from "node:vm";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { sizeOf, utf8Length } from "../../lib/queue/data.ts";

const BUFFER = "new ArrayBuffer(2)";

const text = fc.array(
  fc.oneof(
    fc.string({ unit: "binary" }),
    // Lone surrogates and pairs, in any order.
    fc.integer({ min: 0, max: 0xffff }).map((unit) =>
      String.fromCharCode(unit)
    ),
    fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) =>
      String.fromCharCode(unit)
    ),
  ),
).map((parts) => parts.join(""));

function encodedLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

Deno.test("utf8Length() counts one to four bytes per character", () => {
  assertEquals(utf8Length(""), 0);
  assertEquals(utf8Length("a\x7f"), 2);
  assertEquals(utf8Length("\x80\u07ff"), 4);
  assertEquals(utf8Length("\u0800\uffff"), 6);
  assertEquals(utf8Length("😀"), 4);
});

Deno.test("utf8Length() counts a lone surrogate as U+FFFD", () => {
  assertEquals(utf8Length("\ud83d"), 3);
  assertEquals(utf8Length("\ude00"), 3);
  assertEquals(utf8Length("\ude00\ud83d"), 6);
  assertEquals(utf8Length("\ud83d\ud83d\ude00"), 7);
  assertEquals(utf8Length("\ud83da"), 4);
});

Deno.test("utf8Length() agrees with TextEncoder on any text", () => {
  fc.assert(fc.property(text, (text) => {
    assertEquals(utf8Length(text), encodedLength(text));
  }));
});

Deno.test("sizeOf() agrees with TextEncoder on any text", () => {
  const texts = [
    "",
    "a",
    "é",
    "€",
    "😀",
    "\ud800",
    "\udc00a",
    "a\ud83d",
    "\ude00\ud83d",
    "ab€😀é",
  ];
  for (const text of texts) {
    assertEquals(sizeOf(text), new TextEncoder().encode(text).length, text);
  }
});

Deno.test("sizeOf() counts the bytes of binary data", () => {
  assertEquals(sizeOf(new ArrayBuffer(7)), 7);
  assertEquals(sizeOf(new Blob(["é"])), 2);
});

Deno.test("sizeOf() counts the bytes of data of any realm", () => {
  assertEquals(sizeOf(runInNewContext(BUFFER)), 2);
  assertEquals(sizeOf(new Blob(["abc"])), 3);
});
