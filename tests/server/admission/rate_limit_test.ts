import { assertEquals } from "@std/assert";
import { RateLimit } from "../../../lib/server/admission/rate_limit.ts";

Deno.test("RateLimit.take() counts each key within the window", () => {
  const limit = new RateLimit(2, 1_000);
  const taken = [0, 1, 2, 999, 1_000, 1_001].map((now) => limit.take("a", now));
  assertEquals(taken, [true, true, false, false, true, true]);
  assertEquals(limit.take("b", 999), true);
});

Deno.test("RateLimit.forget() keeps what still counts", () => {
  const limit = new RateLimit(2, 1_000);
  limit.take("a", 0);
  limit.take("b", 500);
  limit.forget(1_000);
  assertEquals(limit.size, 1);
});
