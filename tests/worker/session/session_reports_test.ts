import { assertEquals } from "@std/assert";
import type { Notice } from "../../../lib/boundary/protocol.ts";
import { SessionReports } from "../../../lib/worker/session/session_reports.ts";

function makeReports() {
  const notices: (Notice | string)[] = [];
  const reports = new SessionReports(3, {
    after: 5,
    push: (notice) => void notices.push(notice),
    taken: (upTo) => void notices.push(`taken ${upTo}`),
  });
  return { reports, notices };
}

Deno.test("SessionReports says what is accepted, kept and numbered", () => {
  const { reports, notices } = makeReports();
  reports.accepted(4);
  const kept = { attempt: 1, ticket: undefined, againTo: 0, accepted: 2 };
  reports.keep({ type: "keep", ...kept, positions: [["g", 1]] });
  assertEquals(reports.lastKept, 1);
  const numbers = { seq: 1, generation: "g", positions: [["g", 1]] } as const;
  reports.mark(numbers);
  assertEquals(notices, [
    "taken 4",
    { type: "kept", id: 3, number: 1, kept },
    { type: "marked", id: 3, mark: { after: 5, ...numbers } },
  ]);
});

Deno.test("SessionReports says which messages are lost, with their numbers if they have any", () => {
  const { reports, notices } = makeReports();
  reports.unsent(1, "rejected");
  const messages = [2, 4].map((id) => ({ id, data: "a", bytes: 1 }));
  const range = { first: 7, last: 8 };
  reports.dropped({ type: "dropped", why: "unknown", range, messages });
  const missed = { type: "missed", generation: "g" } as const;
  reports.missed({ ...missed, why: "trimmed", range });
  reports.missed({ ...missed, why: "session-lost", range: undefined });
  const unsent = { type: "unsent", id: 3 } as const;
  const inbound = { bytes: 0, direction: "inbound" } as const;
  assertEquals(notices, [
    { ...unsent, message: 1, reason: "rejected" },
    { ...unsent, message: 2, reason: "unknown", seq: 7 },
    { ...unsent, message: 4, reason: "unknown", seq: 8 },
    {
      type: "missing",
      id: 3,
      after: 5,
      drop: { count: 2, ...inbound, reason: "trimmed", ...range },
    },
    {
      type: "missing",
      id: 3,
      after: 5,
      drop: { count: 0, ...inbound, reason: "session-lost" },
    },
  ]);
});

Deno.test("SessionReports.rolledBack() says what the store has lost, if it has", () => {
  const { reports, notices } = makeReports();
  reports.rolledBack({ orphans: undefined, forgotten: undefined });
  assertEquals(notices, []);
  reports.rolledBack({
    orphans: { first: 1, last: 3 },
    forgotten: { first: 4, last: 4 },
  });
  const drops = notices.map((notice) =>
    typeof notice === "object" && notice.type === "missing" && notice.drop
  );
  const drop = { bytes: 0, reason: "rolled-back" } as const;
  assertEquals(drops, [
    { count: 3, ...drop, direction: "inbound", first: 1, last: 3 },
    { count: 1, ...drop, direction: "outbound", first: 4, last: 4 },
  ]);
});
