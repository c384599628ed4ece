import { assertEquals, assertMatch } from "@std/assert";
import { randomHex } from "../../lib/platform/random_hex.ts";

Deno.test("randomHex() returns two digits for each byte", () => {
  assertEquals(randomHex(0), "");
  // Enough bytes that some of them begin with a zero.
  assertMatch(randomHex(1_000), /^[0-9a-f]{2000}$/);
});

Deno.test("randomHex() returns different ids", () => {
  const ids = Array.from({ length: 1_000 }, () => randomHex(12));
  assertEquals(new Set(ids).size, 1_000);
});
