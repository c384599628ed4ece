import { assertEquals } from "@std/assert";
import { StepContext } from "../../../lib/worker/session/step_context.ts";
import { CONFIG } from "../../session/client/peer.ts";

Deno.test("StepContext reads time and chance when they are asked for", () => {
  const read: string[] = [];
  const context = new StepContext(CONFIG, {
    now: () => read.push("now"),
    random: () => read.push("random"),
  });
  assertEquals([context.config, read], [CONFIG, []]);
  assertEquals([context.now, context.random, context.now], [1, 2, 3]);
  assertEquals(read, ["now", "random", "now"]);
});
