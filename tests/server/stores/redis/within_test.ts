import { assertEquals, assertRejects } from "@std/assert";
import { within } from "../../../../lib/server/stores/redis/within.ts";
import { SessionStoreError } from "../../../../lib/server/stores/store_error.ts";
import { ManualClock } from "../../../platform/manual_clock.ts";

Deno.test("within() gives the answer, or the error, and keeps no timer", async () => {
  const clock = new ManualClock();
  const patience = { timeout: 100, clock };
  assertEquals(await within(Promise.resolve(7), patience), 7);
  const failed = within(Promise.reject(new RangeError("No")), patience);
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
