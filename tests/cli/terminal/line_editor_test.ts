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

Deno.test("LineEditor.type() gives lines, and the end at an empty one", () => {
  assertEquals(typed("a\rb\nc\r\nd"), "<a><b><c>d|");
  assertEquals(typed("a\x04"), "a|");
  assertEquals(typed("a\r\x04"), "<a><end>|");
});

Deno.test("LineEditor.type() calls back lines", () => {
  assertEquals(typed("one\rtwo\r\x1b[A\x1b[A"), "<one><two>one|");
  assertEquals(typed("one\rtwo\r\x1b[A\x1b[A\x1b[B"), "<one><two>two|");
  assertEquals(typed("one\r\x1b[A\x1b[A\x1b[B"), "<one>|");
});

Deno.test("LineEditor.type() puts keys together that arrive in parts", () => {
  assertEquals(typed("ab\x1b", "[", "DX"), "aX|b");
  assertEquals(typed("a\x1b[1;5Qb\x07"), "ab|");
});
