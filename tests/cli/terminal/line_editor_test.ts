import { assertEquals } from "@std/assert";
import { LineEditor } from "../../../lib/cli/terminal/line_editor.ts";

function typed(...inputs: readonly string[]): string {
  const editor = new LineEditor();
  const lines = inputs.flatMap((input) => editor.type(input)).map((typed) =>
    typed.type === "line" ? `<${typed.text}>` : "<end>"
  );
  return `${lines.join("")}${editor.halves.join("|")}`;
}

Deno.test("LineEditor.type() edits the line at the cursor", () => {
  assertEquals(typed("hello\x1b[D\x1b[DX"), "helX|lo");
  assertEquals(typed("abc\x7f"), "ab|");
  assertEquals(typed("abc\x01\x1b[3~"), "|bc");
  assertEquals(typed("one two\x17"), "one |");
  assertEquals(typed("one two\x1b[D\x1b[D\x15"), "|wo");
  assertEquals(typed("one two\x1b[D\x1b[D\x0b"), "one t|");
  assertEquals(typed("a\x01b\x05c"), "bac|");
  assertEquals(typed("日本👍🏽\x7f"), "日本👍|");
});

Deno.test("LineEditor.type() gives lines, and the end at Ctrl-D on an empty line", () => {
  assertEquals(typed("a\rb\nc\r\nd"), "<a><b><c>d|");
  assertEquals(typed("a\x04"), "a|");
  assertEquals(typed("a\r\x04"), "<a><end>|");
});

Deno.test("LineEditor.type() shows the history", () => {
  assertEquals(typed("one\rtwo\r\x1b[A\x1b[A"), "<one><two>one|");
  assertEquals(typed("one\rtwo\r\x1b[A\x1b[A\x1b[B"), "<one><two>two|");
  assertEquals(typed("one\r\x1b[A\x1b[A\x1b[B"), "<one>|");
  assertEquals(typed("one\rnew\x1b[A\x1b[B"), "<one>new|");
  assertEquals(typed("one\r\x1b[A!\r\x1b[A"), "<one><one!>one!|");
  assertEquals(typed("\x1b[A\x1b[B"), "|");
});

Deno.test("LineEditor.type() joins escape sequences that arrive in parts", () => {
  assertEquals(typed("ab\x1b", "[", "DX"), "aX|b");
  assertEquals(typed("a\x1b[1;5Qb\x07"), "ab|");
});

for (
  const [name, keys, expected] of [
    ["Home", "ab\x1b[HX", "X|ab"],
    ["Home", "ab\x1bOHX", "X|ab"],
    ["Home", "ab\x1b[1~X", "X|ab"],
    ["End", "ab\x01\x1b[FX", "abX|"],
    ["End", "ab\x01\x1bOFX", "abX|"],
    ["End", "ab\x01\x1b[4~X", "abX|"],
    ["Left and Right", "ab\x1bOD\x1bOD\x1bODX\x1bOC\x1b[CY", "XabY|"],
    ["Up and Down", "a\rb\r\x1bOA\x1bOA\x1bOB", "<a><b>b|"],
    ["Ctrl-Left", "one two\x1b[1;5D\x1b[1;5DX", "X|one two"],
    ["Alt-B", "one two \x1bbX", "one X|two "],
    ["Ctrl-Right", "one two\x01\x1b[1;5C\x1b[1;5CX", "one twoX|"],
    ["Alt-F", "日本 語\x01\x1bfX", "日本X| 語"],
    ["Ctrl-H", "ab\b", "a|"],
    ["Backspace at the beginning", "\x7fa", "a|"],
    ["Delete at the end", "a\x1b[3~", "a|"],
    ["a tab", "a\tb", "a\tb|"],
    ["keys without a meaning", "a\x1b[5~\x1b[Z\x07\x1bqb", "ab|"],
    ["C1 characters, which are data", "a\x9bb", "a\x9bb|"],
  ] as const
) {
  Deno.test(`LineEditor.type() knows ${name}: ${JSON.stringify(keys)}`, () => {
    assertEquals(typed(keys), expected);
  });
}

Deno.test("LineEditor.type() takes several pasted lines", () => {
  assertEquals(typed("one\ntwo\r\nthree\n\nfour"), "<one><two><three><>four|");
});

Deno.test("LineEditor.type() takes a long pasted line in parts", () => {
  const editor = new LineEditor();
  const part = "0123456789".repeat(6_000);
  for (let count = 0; count < 10; count += 1) editor.type(part);
  assertEquals(editor.halves, [part.repeat(10), ""]);
});

Deno.test("LineEditor.type() keeps the latest 500 lines", () => {
  const editor = new LineEditor();
  for (let line = 0; line < 502; line += 1) editor.type(`${line}\r`);
  editor.type("\x1b[A".repeat(600));
  assertEquals(editor.halves, ["2", ""]);
});
