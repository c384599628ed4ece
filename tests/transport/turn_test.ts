import { assertEquals } from "@std/assert";
import { Turn } from "../../lib/transport/turn.ts";

const KIBIBYTE = 1024;

/** Reads so many times; gives the reads after which a turn is over. */
function reads(
  count: number,
  { bytes, milliseconds }: {
    readonly bytes: number;
    readonly milliseconds: number;
  },
): number[] {
  const clock = { now: 1_000 };
  const turn = new Turn(() => clock.now);
  // The first turn began long ago.
  turn.isOverAfter(Infinity);
  const over: number[] = [];
  for (let read = 1; read <= count; read += 1) {
    clock.now += milliseconds;
    if (turn.isOverAfter(bytes)) over.push(read);
  }
  return over;
}

Deno.test("Turn.isOverAfter() ends each 20 ms of a flood", () => {
  const flood = { bytes: 256 * KIBIBYTE, milliseconds: 5 };
  assertEquals(reads(12, flood), [4, 8, 12]);
});

Deno.test("Turn.isOverAfter() ends after one large read that took longer", () => {
  const slow = { bytes: 256 * KIBIBYTE, milliseconds: 100 };
  assertEquals(reads(3, slow), [1, 2, 3]);
});

Deno.test("Turn.isOverAfter() lets small reads pass, and looks at the clock now and then", () => {
  assertEquals(reads(1_000, { bytes: 100, milliseconds: 10 }), []);
  assertEquals(reads(256, { bytes: KIBIBYTE, milliseconds: 10 }), [128, 256]);
});
