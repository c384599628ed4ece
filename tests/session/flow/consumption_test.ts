import { assertEquals } from "@std/assert";
import {
  acknowledgeable,
  addMark,
  type Marks,
  pruneMarks,
  startMarks,
} from "../../../lib/session/flow/consumption.ts";

function acksOf(marks: Marks, upTo: number): readonly number[] {
  return Array.from({ length: upTo + 1 }, (_, n) => acknowledgeable(marks, n));
}

Deno.test("acknowledgeable() follows the numbers from the mark on", () => {
  assertEquals(acksOf(startMarks(0, 7), 2), [7, 8, 9]);
});

Deno.test("acknowledgeable() never acknowledges a number that was taken back", () => {
  // 1 to 5 were delivered; the store forgot 4 and 5, and gives them anew.
  const marks = addMark(startMarks(0, 0), { index: 5, seq: 3 });
  assertEquals(acksOf(marks, 7), [0, 1, 2, 3, 3, 3, 4, 5]);
});

Deno.test("acknowledgeable() steps over a gap when all before it is consumed", () => {
  const marks = addMark(startMarks(0, 0), { index: 2, seq: 6 });
  assertEquals(acksOf(marks, 3), [0, 1, 6, 7]);
});

Deno.test("acknowledgeable() is 0 before any mark", () => {
  assertEquals(acknowledgeable(startMarks(3, 0), 1), 0);
});

Deno.test("addMark() replaces a mark of the same index", () => {
  const marks = addMark(startMarks(2, 5), { index: 2, seq: 3 });
  assertEquals(marks, [{ index: 2, seq: 3 }]);
});

Deno.test("pruneMarks() keeps the mark that holds, and later ones", () => {
  const marks = addMark(addMark(startMarks(0, 0), { index: 2, seq: 1 }), {
    index: 5,
    seq: 4,
  });
  assertEquals(pruneMarks(marks, 1), marks);
  assertEquals(pruneMarks(marks, 2), marks.slice(1));
  assertEquals(pruneMarks(marks, 9), marks.slice(2));
});
