import { assertEquals } from "@std/assert";
import { acceptStep } from "../../../lib/session/store/accept.ts";
import { appendStep, readStep } from "../../../lib/session/store/record.ts";
import { BOUNDS, MOMENT, recordWith, stepFor } from "./records.ts";

Deno.test("acceptStep() accepts, claims, trims and replies at once", () => {
  const record = appendStep(recordWith(), ["a", "b"], {
    ...MOMENT,
    bounds: BOUNDS,
  }).record;
  const change = { handled: 2, claim: 5, ack: 1, counter: 3, replies: ["r"] };
  const step = acceptStep(record, stepFor(record, change), MOMENT);
  assertEquals(step.answer, { kind: "accepted", last: 3, bytes: 2 });
  const { accepted, claimed, counter } = step.record;
  assertEquals([accepted, claimed, counter], [2, 5, 3]);
  assertEquals(readStep(step.record, 0, 9).map(({ data }) => data), ["b", "r"]);
});

Deno.test("acceptStep() lets a holder give back what it has not begun", () => {
  const record = recordWith({ accepted: 1, claimed: 5 });
  const back = stepFor(record, { handled: 2, claim: 2 });
  const step = acceptStep(record, back, MOMENT);
  assertEquals([step.record.accepted, step.record.claimed], [2, 2]);
});

Deno.test("acceptStep() takes nothing back, and trims no more than there is", () => {
  const record = recordWith({ accepted: 4, claimed: 4, counter: 7 });
  const low = stepFor(record, { handled: 1, claim: 1, ack: 9 });
  const { record: next } = acceptStep(record, low, MOMENT);
  assertEquals([next.accepted, next.claimed, next.counter], [4, 4, 7]);
  assertEquals(next.log.last, 0);
});

Deno.test("acceptStep() refuses a lease that has ended, and does nothing", () => {
  const record = recordWith({ fence: 2 });
  const old = stepFor(recordWith(), { handled: 1 });
  assertEquals(acceptStep(record, old, MOMENT), {
    record,
    answer: { kind: "fenced" },
  });
  const step = stepFor(record, { handled: 1 });
  const later = { ...MOMENT, generation: "g2" };
  assertEquals(acceptStep(record, step, later).answer.kind, "fenced");
});

Deno.test("acceptStep() says that a session is gone", () => {
  const record = recordWith({ state: "expired" });
  assertEquals(acceptStep(record, stepFor(record), MOMENT).answer.kind, "gone");
});
