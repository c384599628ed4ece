import { assertEquals } from "@std/assert";
import { LiveContext } from "../../../lib/server/connection/live_context.ts";
import { settingsOf } from "../../../lib/server/api/options.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { KEY } from "../listening.ts";

Deno.test("LiveContext reads the time when it is asked for", () => {
  const clock = new ManualClock();
  const settings = settingsOf({
    ...{ key: KEY, authenticate: () => "ann", clock },
    handler: { message() {} },
  });
  const context = new LiveContext(settings);
  const before = context.now;
  clock.advance(5);
  assertEquals([context.now - before, context.config], [5, settings.config]);
});
