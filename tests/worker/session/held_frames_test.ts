import { assertEquals } from "@std/assert";
import { HeldFrames } from "../../../lib/worker/session/held_frames.ts";

Deno.test("HeldFrames.hold() holds nothing before there is anything to keep", () => {
  const held = new HeldFrames();
  held.begin("opened", 0);
  assertEquals([held.hold("a"), held.until, held.end()], [false, Infinity, []]);
});

Deno.test("HeldFrames.begin() holds a resumed session for a while, and a new one as long as it takes", () => {
  for (
    const [kind, until] of [["resumed", 1_250], ["lost", Infinity]] as const
  ) {
    const held = new HeldFrames();
    held.begin(kind, 1_000);
    assertEquals([held.hold("a"), held.hold("b")], [true, true]);
    assertEquals([held.until, held.end()], [until, ["a", "b"]]);
    assertEquals([held.hold("c"), held.until], [false, Infinity]);
  }
});
