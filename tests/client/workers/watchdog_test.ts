import { assertEquals } from "@std/assert";
import { Watchdog } from "../../../lib/client/workers/watchdog.ts";
import { ManualClock } from "../../platform/manual_clock.ts";

Deno.test("Watchdog() asks during a longer silence and reports it once at the limit", () => {
  const { clock, log } = watch();
  clock.advance(10_000);
  assertEquals(log, ["ask", "timeout"]);
  assertEquals(clock.timers, 0);
});

Deno.test("Watchdog() accepts any sign of life, and asks nothing then", () => {
  const { clock, log, watchdog } = watch();
  for (let second = 0; second < 10; second += 1) {
    clock.advance(1_000);
    watchdog.heard();
  }
  assertEquals(log, []);
  watchdog.stop();
  assertEquals(clock.timers, 0);
});

Deno.test("Watchdog() does not count time in which nothing could be heard", () => {
  const { clock, log, watchdog } = watch();
  for (let block = 0; block < 10; block += 1) clock.block(60_000);
  assertEquals(log.includes("timeout"), false);
  clock.advance(3_000);
  assertEquals(log.at(-1), "timeout");
  watchdog.stop();
});

function watch() {
  const clock = new ManualClock();
  const log: string[] = [];
  const watchdog = new Watchdog(clock, {
    limit: () => 3_000,
    ask: () => log.push("ask"),
    onTimeout: () => log.push("timeout"),
  });
  return { clock, log, watchdog };
}
