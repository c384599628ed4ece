import { assertEquals } from "@std/assert";
import {
  visibleJson,
  visibleLine,
  visibleLines,
} from "../../../lib/cli/terminal/visible_text.ts";

for (
  const [text, shown] of [
    ["plain, ünïcode, 日本語", "plain, ünïcode, 日本語"],
    ["a\nb\r\n\tc", "a\\nb\\r\\n\\tc"],
    ["\x1b]52;c;ZQ==\x07", "\\x1b]52;c;ZQ==\\x07"],
    ["\0\x7f", "\\x00\\x7f"],
    ["\x85\x9b2J\x9d", "\\x85\\x9b2J\\x9d"],
    ["\u202egpj.exe\u2069", "\\u202egpj.exe\\u2069"],
    ["\u2028\u2029\u200b\ufeff", "\\u2028\\u2029\\u200b\\ufeff"],
    ["\ud83d and \u{e0041}", "\\ud83d and \\u{e0041}"],
    ["👩\u200d🚀 and می\u200cخواهم", "👩\u200d🚀 and می\u200cخواهم"],
  ] as const
) {
  Deno.test(`visibleLine() shows ${JSON.stringify(text)} in one line`, () => {
    assertEquals(visibleLine(text), shown);
  });
}

Deno.test("visibleLines() keeps line feeds and tabs only", () => {
  assertEquals(visibleLines("a\tb\nc\r\x9b\u202e"), "a\tb\nc\\r\\x9b\\u202e");
});

Deno.test("visibleJson() means the same value, without control characters", () => {
  const value = { data: "\x1b[2J\x9b2J\u202e\u2028\u{e0041}\ud83d\n", n: [1] };
  const json = visibleJson(value);
  assertEquals(JSON.parse(json), value);
  assertEquals(visibleLine(json), json);
});
