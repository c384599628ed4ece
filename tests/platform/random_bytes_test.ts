import { assertEquals, assertNotEquals } from "@std/assert";
import { randomBytes } from "../../lib/platform/random_bytes.ts";

Deno.test("randomBytes() draws as many as asked for, each time others", () => {
  assertEquals(randomBytes(0).length, 0);
  assertEquals(randomBytes(16).length, 16);
  assertNotEquals(randomBytes(16), randomBytes(16));
});
