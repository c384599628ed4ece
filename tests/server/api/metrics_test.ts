import { assertEquals } from "@std/assert";
import { Counters } from "../../../lib/server/api/metrics.ts";

Deno.test("Counters.read() is a copy of this moment", () => {
  const counters = new Counters();
  const before = counters.read();
  counters.add("opened");
  counters.add("accepted", 16);
  counters.addClose(4400);
  counters.addClose(4400);
  const { opened, accepted, closed, failed } = counters.read();
  assertEquals([opened, accepted, closed, failed], [1, 16, { 4400: 2 }, 0]);
  assertEquals([before.opened, before.closed], [0, {}]);
});
