import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { truncateUtf8, utf8Length } from "../../lib/connection/utf8.ts";

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

Deno.test("utf8Length() counts any text as TextEncoder does", () => {
  fc.assert(fc.property(text, (text) => {
    assertEquals(utf8Length(text), encodedLength(text));
  }));
});

Deno.test("truncateUtf8() keeps a text that fits", () => {
  assertEquals(truncateUtf8("abc", 3), "abc");
  assertEquals(truncateUtf8("abc", 9), "abc");
  assertEquals(truncateUtf8("", 0), "");
});

Deno.test("truncateUtf8() never cuts a character", () => {
  assertEquals(truncateUtf8("aé", 2), "a");
  assertEquals(truncateUtf8("aé", 3), "aé");
  assertEquals(truncateUtf8("€€", 5), "€");
  assertEquals(truncateUtf8("a😀b", 4), "a");
  assertEquals(truncateUtf8("a😀b", 5), "a😀");
});

Deno.test("truncateUtf8() gives the longest prefix that fits, of any text", () => {
  fc.assert(fc.property(text, fc.nat(40), (text, maxBytes) => {
    const cut = truncateUtf8(text, maxBytes);
    assert(text.startsWith(cut));
    assert(encodedLength(cut) <= maxBytes);
    const [next = ""] = text.slice(cut.length);
    assert(next === "" || encodedLength(cut + next) > maxBytes);
  }));
});
