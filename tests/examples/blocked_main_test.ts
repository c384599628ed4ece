import { assertEquals, assertMatch } from "@std/assert";
import { runExample } from "./run.ts";

Deno.test("blocked_main.ts loses the plain connection only", async () => {
  const { success, stdout } = await runExample("blocked_main");
  assertMatch(stdout, /holdfast: 0 disconnects, longest gap \d+ ms/);
  assertMatch(stdout, /plain: the connection is gone/);
  assertEquals(success, true);
});
