import { assertEquals } from "@std/assert";
import { entriesOf } from "../../../lib/session/flow/numbered.ts";
import {
  appendStep,
  detachStep,
  endStep,
  holds,
  leaseOf,
  numberedAfter,
  readStep,
  type SessionRecord,
  touchStep,
  trim,
} from "../../../lib/session/store/record.ts";
import { BOUNDS, MOMENT, recordWith } from "./records.ts";

const BY_LEASE = { kind: "lease", lease: leaseOf(recordWith()) } as const;
const OF_ANOTHER = { ...BY_LEASE.lease, fence: 9 };
const TTL = { ...MOMENT, ttl: 500 };
const TOMB = { ...MOMENT, tombstone: 9_000 };

function withMessages(...messages: readonly string[]): SessionRecord {
  const bounds = { ...BOUNDS, maxMessages: 100, maxBytes: 1_000 };
  return appendStep(recordWith(), messages, { ...MOMENT, bounds }).record;
}

Deno.test("openRecord() begins a session that its node holds", () => {
  const record = recordWith();
  assertEquals(leaseOf(record), { session: "s", fence: 1, generation: "g1" });
  assertEquals([record.state, record.counter, record.expiresAt], [
    "live",
    1,
    121_000,
  ]);
});

Deno.test("holds() wants the same fence in the same generation of the store", () => {
  const record = recordWith();
  assertEquals(holds(record, leaseOf(record), MOMENT), true);
  assertEquals(holds(record, OF_ANOTHER, MOMENT), false);
  const old = { ...leaseOf(record), generation: "g0" };
  assertEquals(holds(record, old, MOMENT), false);
  assertEquals(holds(record, leaseOf(record), { generation: "g2" }), false);
});

Deno.test("appendStep() numbers messages and names the node to notify", () => {
  const step = appendStep(recordWith(), ["a", "bc"], {
    ...MOMENT,
    bounds: BOUNDS,
  });
  assertEquals(step.answer, {
    kind: "appended",
    first: 1,
    last: 2,
    dropped: 0,
    bytes: 3,
    node: "A",
  });
  assertEquals(step.record.logBytes, 3);
  const none = appendStep(recordWith(), [], { ...MOMENT, bounds: BOUNDS });
  assertEquals(none.record, recordWith());
});

Deno.test("appendStep() rejects what does not fit, and keeps nothing of it", () => {
  const record = withMessages("a", "b", "c");
  const full = { kind: "full", messages: 3, bytes: 3 } as const;
  const many = appendStep(record, ["d", "e"], { ...MOMENT, bounds: BOUNDS });
  assertEquals(many, { record, answer: full });
  const large = appendStep(record, ["12345678"], { ...MOMENT, bounds: BOUNDS });
  assertEquals(large.answer, full);
});

Deno.test("appendStep() keeps nothing that its client does not take", () => {
  const refused = (maxMessage: number | undefined) => {
    const record = recordWith({ maxMessage });
    const bounds = { ...BOUNDS, maxMessage: 2 };
    const step = appendStep(record, ["a", "bcd"], { ...MOMENT, bounds });
    return step.record === record && step.answer;
  };
  assertEquals(refused(1), { kind: "too-large", maxMessage: 1 });
  assertEquals(refused(3), false);
  // An older version has opened it.
  assertEquals(refused(undefined), { kind: "too-large", maxMessage: 2 });
});

Deno.test("appendStep() drops the oldest, and says how many", () => {
  const bounds = { ...BOUNDS, overflow: "drop-oldest" } as const;
  const step = appendStep(withMessages("a", "b", "c", "d"), ["e"], {
    ...MOMENT,
    bounds,
  });
  assertEquals(step.answer.kind === "appended" && step.answer.dropped, 1);
  assertEquals(readStep(step.record, 0, 9).map(({ seq }) => seq), [2, 3, 4, 5]);
  const large = appendStep(step.record, ["1234567890"], { ...MOMENT, bounds });
  assertEquals(large.answer.kind === "appended" && large.answer.dropped, 4);
  const never = appendStep(large.record, ["12345678901"], {
    ...MOMENT,
    bounds,
  });
  assertEquals(never.answer.kind, "full");
  const tooMany = appendStep(recordWith(), Array(5).fill(""), {
    ...MOMENT,
    bounds,
  });
  assertEquals(tooMany.answer.kind, "full");
});

Deno.test("appendStep() notes a new generation with its first message", () => {
  const step = appendStep(withMessages("a"), ["b"], {
    generation: "g2",
    bounds: BOUNDS,
  });
  assertEquals(step.record.lineage, [
    { generation: "g1", first: 1 },
    { generation: "g2", first: 2 },
  ]);
});

Deno.test("numberedAfter() numbers messages, and counts their bytes", () => {
  assertEquals(numberedAfter(4, ["ä", "b"]), [
    { seq: 5, data: "ä", bytes: 2 },
    { seq: 6, data: "b", bytes: 1 },
  ]);
});

Deno.test("trim() forgets what was consumed, once", () => {
  const record = trim(withMessages("a", "bc", "d"), 2);
  assertEquals(entriesOf(record.log).length, 1);
  assertEquals(record.logBytes, 1);
  assertEquals(trim(record, 2), record);
});

Deno.test("readStep() returns what is left after a number", () => {
  const record = trim(withMessages("a", "b", "c", "d"), 1);
  assertEquals(readStep(record, 0, 2).map(({ seq, data }) => [seq, data]), [
    [2, "b"],
    [3, "c"],
  ]);
  assertEquals(readStep(record, 3, 9).length, 1);
  assertEquals(readStep(record, 4, 9), []);
});

Deno.test("detachStep() lets go, if the lease holds", () => {
  const record = withMessages("a", "bc");
  const detached = detachStep(record, leaseOf(record), TTL);
  const { node, expiresAt } = detached.record;
  assertEquals([node, expiresAt, detached.answer], [undefined, 1_500, 3]);
  assertEquals(detachStep(record, OF_ANOTHER, TTL), { record, answer: 3 });
});

Deno.test("touchStep() prolongs a lease that holds", () => {
  const record = recordWith();
  const touched = touchStep(record, leaseOf(record), TTL);
  assertEquals([touched.answer, touched.record.expiresAt], [true, 1_500]);
  assertEquals(touchStep(record, OF_ANOTHER, TTL).answer, false);
  const ended = recordWith({ state: "ended" });
  assertEquals(touchStep(ended, leaseOf(ended), TTL).answer, false);
});

Deno.test("endStep() leaves a tombstone and returns what was not consumed", () => {
  const record = { ...withMessages("a", "b"), accepted: 3, claimed: 4 };
  const { answer, record: tomb } = endStep(trim(record, 1), BY_LEASE, TOMB);
  assertEquals(answer, {
    kind: "ended",
    accepted: 3,
    claimed: 4,
    node: "A",
    unconsumed: [{ seq: 2, data: "b", bytes: 1 }],
  });
  assertEquals([tomb.state, tomb.log.last, tomb.expiresAt], [
    "ended",
    2,
    10_000,
  ]);
  assertEquals(endStep(tomb, BY_LEASE, TOMB).answer.kind, "gone");
  const append = appendStep(tomb, ["c"], { ...MOMENT, bounds: BOUNDS });
  assertEquals(append.answer.kind, "gone");
});

Deno.test("endStep() judges who may end a session", () => {
  const record = recordWith();
  const by = (condition: Parameters<typeof endStep>[1], now = 0) => {
    const step = endStep(record, condition, { ...TOMB, now });
    return step.answer.kind === "ended" ? step.record.state : step.answer.kind;
  };
  assertEquals(by({ kind: "always", why: "evicted" }), "evicted");
  assertEquals(by({ kind: "lease", lease: OF_ANOTHER }), "fenced");
  assertEquals(by({ kind: "expired" }, 120_999), "fenced");
  assertEquals(by({ kind: "expired" }, 121_000), "expired");
  assertEquals(by({ kind: "detached" }), "fenced");
  const left = detachStep(record, leaseOf(record), TTL).record;
  const { answer, record: tomb } = endStep(left, { kind: "detached" }, TOMB);
  assertEquals([answer.kind, tomb.state], ["ended", "evicted"]);
});
