import { assertEquals } from "@std/assert";
import { HeldFrames } from "../../../lib/worker/session/held_frames.ts";

Deno.test("HeldFrames.hold() holds nothing before there is anything to keep", () => {
  const held = new HeldFrames();
  assertEquals([held.hold("a"), held.until, held.end()], [false, Infinity, []]);
});

Deno.test("HeldFrames.begin() holds frames for a while", () => {
  const held = new HeldFrames();
  held.begin(1_000);
  assertEquals([held.hold("a"), held.hold("b")], [true, true]);
  assertEquals([held.until, held.end()], [1_250, ["a", "b"]]);
  assertEquals([held.hold("c"), held.until], [false, Infinity]);
});
