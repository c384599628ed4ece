import { assert, assertEquals } from "@std/assert";
import {
  advance,
  commonPosition,
  continueLineage,
  generationAt,
  lastOf,
  type Lineage,
  type Positions,
  rejoin,
  startLineage,
  startPositions,
} from "../../../lib/session/flow/positions.ts";

const TWO: Lineage = [
  { generation: "g1", first: 1 },
  { generation: "g2", first: 4 },
];

Deno.test("advance() moves the newest generation", () => {
  const start = startPositions("g1");
  assertEquals(advance(start, "g1", { from: 1, to: 1 }), [["g1", 1]]);
  assertEquals(advance(start, "g1", { from: 1, to: 9 }), [["g1", 9]]);
});

Deno.test("advance() cuts older generations off where a new one begins", () => {
  const positions: Positions = [["g1", 5]];
  assertEquals(advance(positions, "g2", { from: 4, to: 4 }), [
    ["g2", 4],
    ["g1", 3],
  ]);
});

Deno.test("advance() and rejoin() keep four generations", () => {
  const four: Positions = [["g4", 8], ["g3", 6], ["g2", 4], ["g1", 2]];
  const five: Positions = [["g5", 9], ["g4", 8], ["g3", 6], ["g2", 4]];
  assertEquals(advance(four, "g5", { from: 9, to: 9 }), five);
  assertEquals(
    rejoin(four, "g5", 8),
    [["g5", 8], ...five.slice(1)],
  );
});

Deno.test("rejoin() takes back what the store forgot", () => {
  assertEquals(rejoin([["g1", 5]], "g2", 3), [["g2", 3], ["g1", 3]]);
  assertEquals(rejoin([["g1", 5]], "g1", 3), [["g1", 3]]);
  const back: Positions = [["g3", 7], ["g2", 5], ["g1", 2]];
  assertEquals(rejoin(back, "g2", 4), [["g2", 4], ["g3", 4], ["g1", 2]]);
});

Deno.test("commonPosition() takes the newest common generation and the smaller end", () => {
  assertEquals(commonPosition([["g2", 5], ["g1", 3]], TWO, 9), 5);
  assertEquals(commonPosition([["g2", 12], ["g1", 3]], TWO, 9), 9);
  assertEquals(commonPosition([["g1", 7]], TWO, 9), 3);
  assertEquals(commonPosition([["g1", 2]], TWO, 9), 2);
  assertEquals(commonPosition([["g3", 7], ["g1", 3]], TWO, 9), 3);
  assertEquals(commonPosition([["g0", 7]], TWO, 9), undefined);
});

Deno.test("continueLineage() notes a generation once, and the newest eight", () => {
  assertEquals(continueLineage(TWO, "g2", 9), TWO);
  assertEquals(continueLineage([], "g1", 1), [{ generation: "g1", first: 1 }]);
  let lineage: Lineage = [];
  for (let n = 1; n <= 9; n += 1) {
    lineage = continueLineage(lineage, `g${n}`, n);
  }
  assertEquals([lineage.length, lineage[0]?.generation], [8, "g2"]);
});

Deno.test("generationAt() finds the generation of a number", () => {
  assertEquals([1, 3, 4, 9].map((seq) => generationAt(TWO, seq)), [
    "g1",
    "g1",
    "g2",
    "g2",
  ]);
  assertEquals(generationAt(TWO.slice(1), 2), "g2");
  const empty = [...TWO, { generation: "g3", first: 4 }];
  assertEquals(generationAt(empty, 4), "g3");
});

Deno.test("lastOf() is the end of the newest generation", () => {
  assertEquals([lastOf([["g2", 3], ["g1", 2]]), lastOf([])], [3, 0]);
});

Deno.test("startLineage() is one record for all sessions of a generation", () => {
  const lineage = startLineage("g1");
  assertEquals(lineage, [{ generation: "g1", first: 1 }]);
  assert(startLineage("g1") === lineage);
  assertEquals(startLineage("g2"), [{ generation: "g2", first: 1 }]);
  assertEquals(lineage, [{ generation: "g1", first: 1 }]);
});
