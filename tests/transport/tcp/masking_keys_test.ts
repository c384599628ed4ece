import { assert, assertEquals } from "@std/assert";
import { nextMaskingKey } from "../../../lib/transport/tcp/masking_keys.ts";

Deno.test("nextMaskingKey() gives integers of 32 bits, over more than one batch, hardly ever the same", () => {
  const keys = Array.from({ length: 3_000 }, nextMaskingKey);
  assert(keys.every((key) => (key | 0) === key));
  // By chance two of them are equal once in a thousand runs, three never.
  assert(new Set(keys).size >= 2_999);
  assertEquals(
    keys.some((key) => key < 0) && keys.some((key) => key > 0),
    true,
  );
});
