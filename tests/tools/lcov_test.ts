import { assertEquals } from "@std/assert";
import { uncovered } from "../../tools/gate/lcov.ts";

Deno.test("uncovered() names each line and branch that never ran", () => {
  const report = [
    "SF:/home/me/clone/lib/connection/a.ts",
    "BRDA:2,1,0,0",
    "BRDA:2,1,1,7",
    "BRDA:9,1,0,-",
    "DA:1,3",
    "DA:5,0",
    "end_of_record",
    "SF:/home/me/clone/lib/connection/b.ts",
    "DA:1,1",
    "end_of_record",
  ].join("\n");
  assertEquals(uncovered(report, "/home/me/clone"), [
    "lib/connection/a.ts:2 branch",
    "lib/connection/a.ts:9 branch",
    "lib/connection/a.ts:5 line",
  ]);
});
