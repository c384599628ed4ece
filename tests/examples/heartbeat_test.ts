import { assertEquals, assertMatch } from "@std/assert";
import { runExample } from "./run.ts";

Deno.test("heartbeat.ts measures heartbeats, and detects a frozen server", async () => {
  const { success, stdout } = await runExample("heartbeat");
  assertMatch(stdout, /A probe took [\d.]+ ms/);
  assertEquals(stdout.match(/A heartbeat took/g)?.length, 3);
  assertMatch(stdout, /A dead peer: No answer to a ping for 0.4 s/);
  assertMatch(stdout, /Connected again/);
  assertEquals(success, true);
});
