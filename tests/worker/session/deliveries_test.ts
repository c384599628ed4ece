import { assertEquals } from "@std/assert";
import { Deliveries } from "../../../lib/worker/session/deliveries.ts";
import type { NewNumbers } from "../../../lib/worker/session/session_reports.ts";
import { NOTHING } from "./stage.ts";

function deliveriesAfter(after: number, consumed = 0) {
  const marks: NewNumbers[] = [];
  const reports = { after, mark: (mark: NewNumbers) => void marks.push(mark) };
  const deliveries = new Deliveries(reports, { ...NOTHING, consumed });
  return { deliveries, marks, reports };
}

Deno.test("Deliveries.consumed() gives the machine's index, once", () => {
  const { deliveries, reports } = deliveriesAfter(40, 37);
  assertEquals(deliveries.consumed(37), undefined);
  assertEquals(deliveries.consumed(39), 2, "counted from what was left");
  reports.after = 50;
  deliveries.mark(0, "g", []);
  deliveries.expect({ index: 4, seq: 1, generation: "g" }, []);
  assertEquals([51, 53, 53].map((upTo) => deliveries.consumed(upTo)), [
    4,
    6,
    undefined,
  ]);
});

Deno.test("Deliveries.consumed() has no index for what came before the session", () => {
  const { deliveries, reports } = deliveriesAfter(0);
  reports.after = 500;
  deliveries.expect({ index: 1, seq: 1, generation: "g" }, []);
  assertEquals([100, 500, 501].map((upTo) => deliveries.consumed(upTo)), [
    ...[undefined, undefined, 1],
  ]);
});

Deno.test("Deliveries.expect() marks where a generation begins", () => {
  const { deliveries, marks } = deliveriesAfter(0);
  const first = { index: 1, seq: 8, generation: "g2" };
  deliveries.expect(first, [["g2", 8], ["g1", 7]]);
  const mark: NewNumbers = { seq: 7, generation: "g2", positions: [["g1", 7]] };
  assertEquals(marks, [mark]);
  deliveries.expect({ ...first, index: 2, seq: 9 }, [["g2", 9], ["g1", 7]]);
  assertEquals(marks.length, 1);
});
