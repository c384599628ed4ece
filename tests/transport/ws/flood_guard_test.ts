import { assertEquals } from "@std/assert";
import { FloodGuard } from "../../../lib/transport/ws/flood_guard.ts";

/** Counts empty frames that arrive so many per millisecond; gives when to pause. */
function pauses(frames: number, perMillisecond: number, bytes = 0): number[] {
  const clock = { now: 0 };
  const guard = new FloodGuard(() => clock.now);
  const instants: number[] = [];
  for (let frame = 1; frame <= frames; frame += 1) {
    clock.now = 1_000 + frame / perMillisecond;
    if (guard.count(bytes)) instants.push(Math.round(clock.now) - 1_000);
  }
  return instants;
}

Deno.test("FloodGuard.count() pauses a flood of frames again and again", () => {
  const instants = pauses(2_000_000, 2_000);
  assertEquals(instants.length, 3);
  for (const [index, at] of instants.entries()) {
    const expected = (index + 1) * 250;
    assertEquals(at >= expected && at < expected + 20, true, `${at}`);
  }
});

Deno.test("FloodGuard.count() pauses a flood of few large frames", () => {
  assertEquals(pauses(1_000, 1, 1_000_000).length, 3);
});

Deno.test("FloodGuard.count() leaves a connection alone that is merely used", () => {
  assertEquals(pauses(1_000_000, 10), []);
});
