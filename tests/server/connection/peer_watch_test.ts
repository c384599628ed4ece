import { assertEquals } from "@std/assert";
import { PeerWatch } from "../../../lib/server/connection/peer_watch.ts";

Deno.test("PeerWatch.check() asks after one silence, and drops after the next", () => {
  const watch = new PeerWatch();
  const advice = [watch.check(), watch.check(), watch.check(), watch.check()];
  assertEquals(advice, ["nothing", "ask", "drop", "drop"]);
});

Deno.test("PeerWatch.check() begins anew with each sign of life", () => {
  const watch = new PeerWatch();
  watch.check();
  assertEquals(watch.check(), "ask");
  watch.heard();
  assertEquals([watch.check(), watch.check()], ["nothing", "ask"]);
});
