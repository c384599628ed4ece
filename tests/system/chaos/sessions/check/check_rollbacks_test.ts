import { assertEquals } from "@std/assert";
import { checkSession } from "./check.ts";
import type { ServerEvent, SessionHistory } from "./history.ts";
import {
  dropped,
  ended,
  handled,
  handling,
  message,
  opened,
  sent,
  settled,
} from "./history_parts.ts";

/**
 * Two nodes; the store goes back to 2 and 3 when the client knows of 3, and has
 * consumed 4. The second life handles 4, which it may have had before.
 */
const BACK: SessionHistory = {
  client: [
    opened("opened", "A"),
    ...[1, 2, 3, 4].map(sent),
    ...["r1.1-1", "r2.1-2", "r3.1-3"].map((label, n) => message(label, n + 1)),
    message("p1", 4),
    settled(2, 40),
    opened("resumed", "A"),
    dropped("inbound", "rolled-back", { first: 4, last: 4 }),
    dropped("outbound", "rolled-back", { first: 3, last: 3 }),
    message("r4.2-1", 4),
    settled(4, 230),
    { type: "close", code: 1000, reason: "", why: "requested", error: "" },
  ],
  server: [
    { type: "life", birth: { kind: "started" }, at: 0, node: 0 },
    { type: "life", birth: { kind: "started" }, at: 0, node: 1 },
    { type: "opened", session: "A", life: 1 },
    ...[1, 2, 3, 4].flatMap((n) => handled(n, { run: `1-${n}`, at: 10 * n })),
    { type: "pushing", push: 1, session: "A", at: 45, life: 2 },
    { type: "stored", push: 1 },
    { type: "trouble", at: 90 },
    {
      type: "store",
      birth: {
        ...{ kind: "rolled-back", to: 25 },
        kept: { session: "A", accepted: 2, last: 3 },
      },
      at: 100,
    },
    { type: "calm", at: 110 },
    { type: "resumed", session: "A", life: 2 },
    ...handled(4, { run: "2-1", at: 220, redelivered: true }),
    ended("A", "bye", { accepted: 4, unconsumed: [] }),
  ],
  totals: { sent: 4, droppedOutbound: 0, droppedInbound: 1, waiting: 0 },
  onUnknown: "drop",
  ack: "consumed",
  overflow: "reject",
};
const FORGOTTEN = "what a store forgot is reported exactly";

Deno.test("checkRollbacks() likes what is reported after a store has lost something", () => {
  assertEquals(checkSession(BACK), []);
});

Deno.test("checkRollbacks() finds what a store forgot and nobody reported", () => {
  const { client } = BACK;
  const at = client.findIndex(({ type }) => type === "drop");
  assertEquals(rulesOn({ client: client.toSpliced(at + 1, 1) }), [
    FORGOTTEN,
  ]);
});

Deno.test("checkRollbacks() finds what is reported wrongly after a store has lost something", () => {
  const { client } = BACK;
  const at = client.findIndex(({ type }) => type === "drop");
  const wrong = [
    dropped("inbound", "rolled-back", { first: 3, last: 4 }),
    dropped("inbound", "rolled-back", { first: 4, last: 5 }),
    dropped("inbound", "rolled-back", { first: 4, last: 4, count: 2 }),
  ];
  for (const drop of wrong) {
    const rules = rulesOn({ client: client.with(at, drop) });
    assertEquals(rules.includes(FORGOTTEN), true, JSON.stringify(drop));
  }
  const more = dropped("outbound", "rolled-back", { first: 3, last: 4 });
  const rules = rulesOn({ client: client.with(at + 1, more) });
  assertEquals(rules.includes(FORGOTTEN), true);
});

Deno.test("checkRollbacks() puts what a node that was stopped says late where it belongs", () => {
  const late = handling(4, { run: "1-4", at: 40 });
  const moved: readonly ServerEvent[] = [
    ...BACK.server.slice(0, 9),
    { type: "stopped", life: 1, at: 41, until: 300 },
    { type: "resumed", session: "A", life: 2 },
    ...handled(4, { run: "2-1", at: 220, redelivered: true }),
    late,
    {
      type: "handled",
      ...{ run: "1-4", outcome: "returned", at: 301 },
      isAborted: true,
    },
    ended("A", "bye", { accepted: 4, unconsumed: [] }),
  ];
  const client = BACK.client.filter((event) =>
    event.type !== "drop" && !(event.type === "message" && event.label === "p1")
  );
  const totals = { ...BACK.totals, droppedInbound: 0 };
  assertEquals(rulesOn({ client, server: moved, totals }), []);
});

/** The rules that this history breaks with a change, each once. */
function rulesOn(change: Partial<SessionHistory>): readonly string[] {
  const violations = checkSession({ ...BACK, ...change });
  return [...new Set(violations.map(({ rule }) => rule))];
}
