import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/cli/usage_error.ts";
import { parseDuration } from "../../lib/cli/duration.ts";

for (
  const [text, milliseconds] of [
    ["0", 0],
    ["250", 250],
    ["250ms", 250],
    ["30s", 30_000],
    ["1.5s", 1_500],
    ["5m", 300_000],
    ["5 min", 300_000],
    ["1h", 3_600_000],
  ] as const
) {
  Deno.test(`parseDuration() reads ${text}`, () => {
    assertEquals(parseDuration(text, "--outage"), milliseconds);
  });
}

for (const text of ["", "s", "-1s", "1d", "1s2", "Infinity", "1e3"]) {
  Deno.test(`parseDuration() refuses ${JSON.stringify(text)}`, () => {
    assertThrows(
      () => parseDuration(text, "--outage"),
      UsageError,
      `--outage is ${JSON.stringify(text)}, must be a duration`,
    );
  });
}
