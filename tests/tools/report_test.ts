import { assertEquals } from "@std/assert";
import { readSummary } from "../../tools/gate/summary.ts";
import { conclusion, ending, line } from "../../tools/test/report.ts";
import type { Outcome } from "../../tools/test/run.ts";

const GOOD: Outcome = {
  name: "tests/a_test.ts",
  success: true,
  output: "a ... ok\n\nok | 3 passed | 0 failed (1s)\n",
  tally: { passed: 3, failed: 0, ignored: 0 },
  seconds: 1.25,
};
const BAD: Outcome = {
  name: "tests/b_test.ts",
  success: false,
  output: "b ... FAILED\n\n ERRORS \n\nb => why\n",
  tally: { passed: 1, failed: 2, ignored: 4 },
  seconds: 61,
};

Deno.test("line() says how a job ended", () => {
  assertEquals(line(GOOD), "ok        1.3 s  tests/a_test.ts: 3 passed");
  assertEquals(
    line(BAD),
    "FAILED   61.0 s  tests/b_test.ts: 1 passed, 2 failed, 4 ignored",
  );
});

Deno.test("ending() shows at once what failed", () => {
  assertEquals(ending(GOOD), line(GOOD));
  assertEquals(ending(BAD), `${line(BAD)}\n\nERRORS \n\nb => why`);
});

Deno.test("conclusion() ends with a summary like that of deno test", () => {
  assertEquals(
    conclusion([GOOD, GOOD], 59.4),
    "\nok | 6 passed | 0 failed | 0 ignored (59s)",
  );
  const text = conclusion([GOOD, BAD], 90);
  assertEquals(readSummary(text), { passed: 4, failed: 2, ignored: 4 });
  assertEquals(
    text.split("\n").at(-1),
    "FAILED | 4 passed | 2 failed | 4 ignored (1m30s)",
  );
});

Deno.test("conclusion() shows failures in full, each under its name", () => {
  const lines = conclusion([GOOD, BAD], 90).split("\n").filter(Boolean);
  assertEquals(lines.slice(0, 4), [
    " ERRORS ",
    "tests/b_test.ts",
    "ERRORS ",
    "b => why",
  ]);
});

Deno.test("conclusion() says once why tests were ignored", () => {
  const output =
    "Tests that need nginx are ignored: install nginx\nok | 0 passed";
  const ignored = { ...GOOD, output };
  assertEquals(
    conclusion([ignored, GOOD, ignored], 1).split("\n").slice(0, 2),
    [
      "",
      "Tests that need nginx are ignored: install nginx",
    ],
  );
});
