import { assertEquals } from "@std/assert";
import { excerpt, readSummary } from "../../tools/gate/summary.ts";

Deno.test("readSummary() counts tests and what was ignored", () => {
  assertEquals(readSummary("a ... ok\n\nok | 12 passed | 0 failed (3s)\n"), {
    passed: 12,
    failed: 0,
    ignored: 0,
  });
  assertEquals(
    readSummary(
      "FAILED | 1 passed (3 steps) | 6 failed (1 step) | 2 ignored (1 step) (137ms)",
    ),
    { passed: 1, failed: 6, ignored: 3 },
  );
});

Deno.test("readSummary() takes the last summary", () => {
  const output =
    "ok | 9 passed | 0 failed (1ms)\nok | 1 passed | 0 failed (1ms)";
  assertEquals(readSummary(output).passed, 1);
});

Deno.test("readSummary() counts a run without tests as failed", () => {
  assertEquals(readSummary("error: Type checking failed.").failed, 1);
});

Deno.test("excerpt() begins with the errors", () => {
  assertEquals(
    excerpt("a ... ok\nb ... FAILED\n\n ERRORS \n\nb => why\n"),
    "ERRORS \n\nb => why",
  );
});

Deno.test("excerpt() shows the end where there is no list of errors", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  const shown = excerpt(lines.join("\n")).split("\n");
  assertEquals([shown.length, shown.at(-1)], [60, "line 99"]);
});
