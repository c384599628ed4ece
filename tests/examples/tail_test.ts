import { assertEquals } from "@std/assert";
import { runExample } from "./run.ts";

Deno.test("tail.ts prints a feed as JSON lines and misses nothing", async () => {
  const { success, stdout } = await runExample("tail", "--count", "5");
  const records = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(records.map(({ number }) => number), [1, 2, 3, 4, 5]);
  assertEquals(success, true);
});
