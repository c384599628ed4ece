import { assert, assertEquals } from "@std/assert";
import { acceptStep } from "../../../lib/session/store/accept.ts";
import { attachStep } from "../../../lib/session/store/attach.ts";
import {
  appendStep,
  type SessionRecord,
} from "../../../lib/session/store/record.ts";
import type { AttachClaim } from "../../../lib/session/store/store.ts";
import { BOUNDS, claimWith, MOMENT, recordWith, stepFor } from "./records.ts";

function attach(
  record: SessionRecord,
  change: Partial<AttachClaim> = {},
  moment = MOMENT,
) {
  const { record: after, answer } = attachStep(
    record,
    claimWith(change),
    moment,
  );
  return { ...answer, record: after };
}

function attached(...args: Parameters<typeof attach>) {
  const answer = attach(...args);
  assert(answer.kind === "attached", answer.kind);
  return answer;
}

function withFour(change: Partial<SessionRecord> = {}): SessionRecord {
  const messages = ["a", "b", "c", "d"];
  const { record } = appendStep(recordWith(), messages, {
    ...MOMENT,
    bounds: BOUNDS,
  });
  return { ...record, ...change };
}

Deno.test("attachStep() gives the session to the new connection", () => {
  const answer = attached(withFour({ accepted: 2, claimed: 2 }), {
    have: [["g1", 3]],
    ack: 2,
    first: 2,
    last: 5,
    counter: 4,
  });
  assertEquals([answer.accepted, answer.at, answer.last], [2, 3, 4]);
  assertEquals([answer.trimmed, answer.orphans, answer.forgotten], [2, 0, 0]);
  assertEquals(answer.lease.fence, 2);
  assertEquals([answer.bytes, answer.uncertain, answer.meta], [2, 0, "chat"]);
  const { node, counter, attempt } = answer.record;
  assertEquals([node, counter, attempt], ["B", 4, 2]);
});

Deno.test("attachStep() refuses another principal before it says anything else", () => {
  const change = { principal: "bob", attempt: 1, counter: 0 };
  const { kind, record, ...answer } = attach(
    recordWith({ state: "ended" }),
    change,
  );
  assertEquals([kind, answer], ["refused", { why: "principal" }]);
  assertEquals(record.fence, 1);
});

Deno.test("attachStep() refuses an attempt that is not newer", () => {
  for (const attempt of [0, 1]) {
    const answer = attach(recordWith(), { attempt, counter: 0 });
    assertEquals(answer.kind === "refused" && answer.why, "stale");
  }
});

Deno.test("attachStep() refuses a token whose successor was used", () => {
  const answer = attach(recordWith({ counter: 3 }), { counter: 2 });
  assertEquals(answer.kind === "refused" && answer.why, "superseded");
  assertEquals(
    attach(recordWith({ counter: 3 }), { counter: 3 }).kind,
    "attached",
  );
});

Deno.test("attachStep() refuses a client that is behind, or shares no generation", () => {
  const behind = attach(recordWith({ accepted: 5 }), { last: 4 });
  assertEquals(behind.kind === "refused" && behind.why, "diverged");
  const foreign = attach(recordWith(), { have: [["g7", 1]], last: 4 });
  assertEquals(foreign.kind === "refused" && foreign.why, "diverged");
});

Deno.test("attachStep() asks a holder that may be handling a message", () => {
  const record = recordWith({ accepted: 1, claimed: 3 });
  const asked = attach(record, { last: 3 });
  assertEquals([asked.kind, asked.record], ["busy", record]);
  const forced = attached(record, { last: 3, takeover: "force" });
  assertEquals([forced.uncertain, forced.record.claimed], [3, 1]);
  // The next one flags them as well, whatever this one has claimed.
  const again = attached({ ...forced.record, claimed: 2 }, {
    attempt: 3,
    last: 3,
    takeover: "force",
  });
  assertEquals(again.uncertain, 3);
});

Deno.test("attachStep() knows that what was never sent has not begun", () => {
  const record = recordWith({ accepted: 1, claimed: 3 });
  assertEquals(attached(record, { last: 1 }).uncertain, 0);
  assertEquals(attach(record, { last: 2 }).kind, "busy");
  const forced = attached(record, { last: 2, takeover: "force" });
  assertEquals(forced.uncertain, 2);
});

Deno.test("attachStep() asks nobody when nobody can be handling", () => {
  const begun = { accepted: 1, claimed: 3 };
  const released = recordWith({ ...begun, node: undefined });
  assertEquals(attached(released, { last: 3 }).uncertain, 3);
  const restarted = { ...MOMENT, generation: "g2" };
  const answer = attached(recordWith(begun), { last: 4 }, restarted);
  assertEquals(answer.uncertain, 4);
});

Deno.test("attachStep() finds what a store has lost", () => {
  // The client has 6 messages and 3 acceptances; the store remembers 4 and 1.
  const restarted = { ...MOMENT, generation: "g2" };
  const answer = attached(withFour({ accepted: 1, claimed: 1 }), {
    have: [["g1", 6]],
    ack: 6,
    first: 4,
    last: 7,
  }, restarted);
  assertEquals([answer.at, answer.orphans], [4, 2]);
  assertEquals([answer.accepted, answer.forgotten], [3, 2]);
  assertEquals([answer.uncertain, answer.trimmed], [7, 4]);
  assertEquals(answer.lineage.at(-1), { generation: "g2", first: 5 });
});

Deno.test("attachStep() tells again what the store forgot when its answer was lost", () => {
  const restarted = { ...MOMENT, generation: "g2" };
  const change = { have: [["g1", 4]], first: 4, last: 7 } as const;
  const record = withFour({ accepted: 1, claimed: 1 });
  const first = attached(record, change, restarted);
  assertEquals([first.accepted, first.forgotten], [3, 2]);
  const again = { ...change, attempt: 3 };
  const second = attached(first.record, again, restarted);
  assertEquals([second.accepted, second.forgotten], [3, 2]);
  // It has the token that came with the answer.
  const read = attached(first.record, { ...again, counter: 2 }, restarted);
  assertEquals(read.forgotten, 0);
  const step = stepFor(first.record, { handled: 3, claim: 3 });
  const { record: accepted } = acceptStep(first.record, step, restarted);
  assertEquals(attached(accepted, again, restarted).forgotten, 0);
});

Deno.test("attachStep() reads the fate of messages off a tombstone", () => {
  const tomb = withFour({ state: "expired", accepted: 2, claimed: 3 });
  const fateOf = (change: Partial<AttachClaim>, moment = MOMENT) => {
    const answer = attach(tomb, change, moment);
    return answer.kind === "refused" ? answer.fate : undefined;
  };
  const claim = { have: [["g1", 1]], last: 5 } as const;
  assertEquals(fateOf(claim), { got: 2, uncertain: 3, at: 1, last: 4 });
  assertEquals(fateOf({ ...claim, first: 5 })?.got, 4);
  assertEquals(fateOf({ ...claim, last: 2 })?.uncertain, 2);
  const restarted = { ...MOMENT, generation: "g2" };
  assertEquals(fateOf(claim, restarted)?.uncertain, 5);
  assertEquals(fateOf({ have: [["g7", 1]] }), undefined);
  const answer = attach(tomb, { have: [["g7", 1]] });
  assertEquals(answer.kind === "refused" && answer.why, "expired");
});
