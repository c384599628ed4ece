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

Deno.test("nextMaskingKey() takes its keys from the generator of crypto, each once", () => {
  const fill = crypto.getRandomValues.bind(crypto);
  const random: number[] = [];
  Object.assign(crypto, {
    getRandomValues(array: Int32Array<ArrayBuffer>) {
      random.push(...fill(array));
      return array;
    },
  });
  try {
    const keys = Array.from({ length: 5_000 }, nextMaskingKey);
    // Before them may be the rest of an older batch.
    const start = keys.indexOf(random[0]!);
    assert(start >= 0 && start < 2_000, `${start}`);
    assertEquals(keys.slice(start), random.slice(0, keys.length - start));
  } finally {
    Reflect.deleteProperty(crypto, "getRandomValues");
  }
});
