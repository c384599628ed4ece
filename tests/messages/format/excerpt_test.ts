import { assertEquals } from "@std/assert";
import { excerptOf } from "../../../lib/messages/format/excerpt.ts";

Deno.test("excerptOf() escapes what could leave the line", () => {
  const text = 'a\n"\x1b[31m\x9b\u2028\u202e\ud800';
  assertEquals(
    excerptOf(text),
    '"a\\n\\"\\u001b[31m\\u009b\\u2028\\u202e\\ud800"',
  );
});

Deno.test("excerptOf() marks where it has cut", () => {
  const text = "0123456789".repeat(10);
  assertEquals(excerptOf(text), `"${text.slice(0, 30)}"…`);
  assertEquals(excerptOf(text, 50), `…"${text.slice(20, 80)}"…`);
  assertEquals(excerptOf(text, 99), `…"${text.slice(69)}"`);
});
