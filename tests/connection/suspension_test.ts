import { assertEquals } from "@std/assert";
import {
  type Now,
  suspended,
  SUSPENSION_TOLERANCE,
} from "../../lib/connection/suspension.ts";

const START: Now = { monotonic: 5_000, wall: 1_700_000_000_000 };

function later(monotonic: number, wall: number): Now {
  return { monotonic: START.monotonic + monotonic, wall: START.wall + wall };
}

Deno.test("suspended() accepts a tick on time", () => {
  assertEquals(suspended(START, later(1_000, 1_000), 1_000), false);
});

Deno.test("suspended() accepts a tick that is late within the tolerance", () => {
  const late = 1_000 + SUSPENSION_TOLERANCE;
  assertEquals(suspended(START, later(late, late), 1_000), false);
});

Deno.test("suspended() recognises a stopped process, which advances both clocks", () => {
  const late = 1_001 + SUSPENSION_TOLERANCE;
  assertEquals(suspended(START, later(late, late), 1_000), true);
});

Deno.test("suspended() recognises a suspended machine, which advances the wall clock only", () => {
  assertEquals(
    suspended(START, later(1_000, 1_001 + SUSPENSION_TOLERANCE), 1_000),
    true,
  );
});

Deno.test("suspended() accepts a wall clock that drifts within the tolerance", () => {
  assertEquals(
    suspended(START, later(1_000, 1_000 + SUSPENSION_TOLERANCE), 1_000),
    false,
  );
});

Deno.test("suspended() accepts a wall clock that was set backwards", () => {
  assertEquals(suspended(START, later(1_000, -86_400_000), 1_000), false);
});

Deno.test("suspended() recognises a late tick although the wall clock was set backwards", () => {
  assertEquals(suspended(START, later(60_000, -86_400_000), 1_000), true);
});

Deno.test("suspended() accepts a tick that comes early", () => {
  assertEquals(suspended(START, later(10, 10), 1_000), false);
});
