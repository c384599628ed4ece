import { assertEquals, assertMatch } from "@std/assert";
import { runExample } from "./run.ts";

Deno.test("many.ts opens 200 connections in one worker", async () => {
  const { success, stdout } = await runExample("many");
  assertMatch(stdout, /200 connections are open/);
  assertMatch(stdout, /200 have received it/);
  assertEquals(success, true);
});
