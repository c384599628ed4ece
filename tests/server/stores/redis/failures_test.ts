import { assertEquals } from "@std/assert";
import {
  faultOf,
  storeErrorOf,
  unavailable,
} from "../../../../lib/server/stores/redis/failures.ts";

Deno.test("faultOf() judges by the code of Redis", () => {
  const cases = [
    ["NOSCRIPT No matching script.", "unknown-script"],
    ["OOM command not allowed when used memory > 'maxmemory'.", "no-memory"],
    ["READONLY You can't write against a read only replica.", "away"],
    ["LOADING Redis is loading the dataset in memory", "away"],
    ["MISCONF Errors writing to the AOF file", "away"],
    ["Socket closed unexpectedly", "away"],
    ["WRONGTYPE Operation against a key", "other"],
    ["ERR user_script:1: attempt to index nil", "other"],
  ] as const;
  for (const [message, expected] of cases) {
    assertEquals(faultOf(new Error(message)), expected, message);
  }
  assertEquals(faultOf("no error"), "away");
});

Deno.test("storeErrorOf() keeps the cause, and its own errors", () => {
  const cause = new Error("OOM command not allowed");
  const full = storeErrorOf(cause);
  assertEquals([full.code, full.cause], ["full", cause]);
  assertEquals(storeErrorOf(new Error("Socket closed")).code, "unavailable");
  // As `@redis/client` gives up what it has not sent.
  const late = storeErrorOf(new Error());
  assertEquals([late.code, late.message], [
    ...["unavailable", "The session store is away: not sent in time"],
  ]);
  const own = unavailable("degraded");
  assertEquals(storeErrorOf(own), own);
});
