import { assertEquals } from "@std/assert";
import {
  fitEnd,
  fitStart,
  widthOf,
  wrap,
  wrapAfter,
} from "../../../lib/cli/terminal/text_width.ts";

Deno.test("wrap() breaks between words only", () => {
  const text =
    "0123456789 0123456789 日本語日本語 http://example.com/0123456789";
  assertEquals(wrap(text, 21), [
    "0123456789 0123456789",
    "日本語日本語",
    "http://example.com/0123456789",
  ]);
  assertEquals(wrap("one  two", 20), ["one  two"]);
  assertEquals(wrap("", 20), [""]);
});

Deno.test("widthOf() counts columns", () => {
  assertEquals(["ab", "日本", "e\u0301", "👍"].map(widthOf), [2, 4, 1, 2]);
});

Deno.test("fitStart() and fitEnd() cut between characters", () => {
  assertEquals(fitStart("日本語", 5), "日本");
  assertEquals(fitEnd("日本語", 5), "本語");
});

Deno.test("wrapAfter() puts the lines below the first word", () => {
  const io = { columns: 26 };
  assertEquals(
    wrapAfter("label: ", "one two three four five", io),
    "label: one two three four\n       five",
  );
});

Deno.test("wrapAfter() does not make columns too narrow to read", () => {
  const wrapped = wrapAfter("label: ", "one two three four five", {
    columns: 0,
  });
  assertEquals(wrapped, "label: one two three four\n       five");
});
