import { assertEquals, assertRejects } from "@std/assert";
import { Waits, within } from "../../../../lib/server/stores/redis/within.ts";
import { SessionStoreError } from "../../../../lib/server/stores/store_error.ts";
import { ManualClock } from "../../../platform/manual_clock.ts";

Deno.test("within() gives the answer, or the error, and keeps no timer", async () => {
  const clock = new ManualClock();
  const limit = { timeout: 100, clock };
  assertEquals(await within(Promise.resolve(7), limit), 7);
  const failed = within(Promise.reject(new RangeError("No")), limit);
  await assertRejects(() => failed, RangeError, "No");
  assertEquals(clock.timers, 0);
});

Deno.test("within() does not wait for what never comes", async () => {
  const clock = new ManualClock();
  const answer = within(new Promise(() => {}), { timeout: 100, clock });
  clock.advance(100);
  const error = await assertRejects(() => answer, SessionStoreError, "100 ms");
  assertEquals(error.code, "unavailable");
});

Deno.test("within() does not wait where the end was reported, and keeps nothing", async () => {
  const clock = new ManualClock();
  const [one, other] = [new Waits(), new Waits()];
  const limit = { timeout: 100, clock };
  const answers = [one, other].map((each) =>
    within(new Promise(() => {}), limit, [each, other])
  );
  one.end("lost");
  await assertRejects(() => answers[0]!, SessionStoreError, "lost");
  assertEquals(clock.timers, 1);
  other.end("left");
  await assertRejects(() => answers[1]!, SessionStoreError, "left");
  assertEquals(clock.timers, 0);
  const last = within(Promise.resolve(7), limit, [one]);
  assertEquals([await last, clock.timers], [7, 0]);
  one.end("too late");
});
