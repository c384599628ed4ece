import { assertEquals } from "@std/assert";
import { TAKEOVER_TIMEOUT } from "../setups.ts";
import { checkSession } from "./check.ts";
import type { ClientEvent, ServerEvent, SessionHistory } from "./history.ts";
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
 * 1 and 2 are answered, 3 throws once. The server is killed in the run of 4, which
 * comes again. The application ends the session, with p2 and the reply to 5 unread.
 * 6 goes into the next session, and its reply comes after `close()`.
 */
const client: readonly ClientEvent[] = [
  opened("opened", "A"),
  sent(1),
  sent(2),
  message("r1.1-1", 1),
  message("r2.1-2", 2),
  settled(2, 30),
  sent(3),
  message("p1", 3),
  message("r3.1-4", 4),
  sent(4),
  opened("resumed", "A"),
  message("r4.2-1", 5),
  settled(4, 230),
  sent(5),
  opened("lost", "B"),
  dropped("inbound", "session-lost", { first: 6, last: 7 }),
  sent(6),
  { type: "recovered", step: 0, after: 90, limit: 100 },
  dropped("inbound", "closed", { count: 1 }),
  { type: "close", code: 1000, reason: "", why: "requested", error: "" },
];
const server: readonly ServerEvent[] = [
  { type: "life", birth: { kind: "started" }, at: 0 },
  { type: "opened", session: "A" },
  ...handled(1, { run: "1-1", at: 10 }),
  ...handled(2, { run: "1-2", at: 20 }),
  { type: "pushing", push: 1, session: "A", at: 25 },
  { type: "stored", push: 1 },
  ...handled(3, { run: "1-3", at: 30, outcome: "threw" }),
  ...handled(3, { run: "1-4", at: 40, redelivered: true }),
  handling(4, { run: "1-5", at: 50 }),
  { type: "pushing", push: 9, session: "A", at: 60 },
  { type: "life", birth: { kind: "killed" }, at: 200 },
  { type: "resumed", session: "A" },
  ...handled(4, { run: "2-1", at: 220, redelivered: true }),
  { type: "pushing", push: 2, session: "A", at: 230 },
  { type: "stored", push: 2 },
  ...handled(5, { run: "2-2", at: 240 }),
  ended("A", "ended", { accepted: 5, unconsumed: [[6, "p2"], [7, "r5.2-2"]] }),
  { type: "opened", session: "B" },
  ...handled(6, { run: "2-3", at: 300, session: "B", seq: 1 }),
  ended("B", "bye", { accepted: 1, unconsumed: [[1, "r6.2-3"]] }),
];
const GOOD: SessionHistory = {
  client,
  server,
  totals: { sent: 6, droppedOutbound: 0, droppedInbound: 1, waiting: 0 },
  onUnknown: "drop",
  ack: "consumed",
  overflow: "reject",
};

Deno.test("checkSession() likes a history in which all promises were kept", () => {
  assertEquals(checkSession(GOOD), []);
});

Deno.test("checkSession() finds a message that was handled twice unflagged", () => {
  const again = handled(4, { run: "2-1", at: 220 });
  assertEquals(rulesOn({ server: replaced(server, 16, 2, again) }), [
    "no message is repeated unflagged",
    "the server gets messages in order",
  ]);
});

Deno.test("checkSession() finds a flagged message whose first run was not in vain", () => {
  const again = handled(2, { run: "1-9", at: 22, redelivered: true });
  assertEquals(
    rulesOn({ server: server.toSpliced(6, 0, ...again) }).slice(0, 2),
    [
      "no message is repeated without need",
      "no message is flagged without a cause",
    ],
  );
});

Deno.test("checkSession() knows that a session that moved by force may have claimed a message", () => {
  const flagged = (at: number) =>
    rulesOn({
      client: [opened("opened", "A"), sent(1), message("r1.1-1", 1)],
      server: [
        { type: "opened", session: "A", at: 0 },
        { type: "resumed", session: "A", at },
        ...handled(1, { run: "1-1", at, redelivered: true }),
      ],
      totals: { sent: 1, droppedOutbound: 0, droppedInbound: 0, waiting: 0 },
    });
  const rule = "no message is flagged without a cause";
  assertEquals(flagged(TAKEOVER_TIMEOUT).includes(rule), false);
  assertEquals(flagged(TAKEOVER_TIMEOUT - 1).includes(rule), true);
});

Deno.test("checkSession() finds what is handled again after write() has resolved", () => {
  const late = replaced(client, 5, 1, [settled(2, 15)]);
  assertEquals(rulesOn({ client: late }), []);
  const again = handled(4, { run: "2-9", at: 290, redelivered: true });
  const rules = rulesOn({ server: server.toSpliced(18, 0, ...again) });
  assertEquals(rules.includes("what is accepted is not handled again"), true);
});

Deno.test("checkSession() finds write() that resolves too early", () => {
  assertEquals(rulesOn({ client: replaced(client, 5, 1, [settled(2, -9)]) }), [
    "write() resolves when the server has handled the message",
    "what is accepted is not handled again",
  ]);
});

Deno.test("checkSession() finds messages that were handled out of order", () => {
  const swapped = [...server.slice(4, 6), ...server.slice(2, 4)];
  assertEquals(
    new Set(rulesOn({ server: replaced(server, 2, 4, swapped) })),
    new Set([
      "the server gets messages in order",
      "the client gets messages in order",
    ]),
  );
});

Deno.test("checkSession() finds a number that stands for two messages", () => {
  const other = handled(5, { run: "2-2", at: 240, seq: 4, redelivered: true });
  const at = server.findIndex((event) =>
    event.type === "handling" && event.run === "2-2"
  );
  const rules = rulesOn({ server: replaced(server, at, 2, other) });
  assertEquals(rules.includes("no message passes for another one"), true);
});

Deno.test("checkSession() finds two handlers of a session at a time", () => {
  const beside = handling(4, {
    ...{ run: "2-1", at: 220, redelivered: true, rivals: 1 },
  });
  const at = server.findIndex((event) =>
    event.type === "handling" && event.run === "2-1"
  );
  assertEquals(rulesOn({ server: replaced(server, at, 1, [beside]) }), [
    "one handler of a session runs at a time",
  ]);
});

Deno.test("checkSession() finds a message of the client that is lost in silence", () => {
  const more = client.toSpliced(17, 0, sent(7));
  assertEquals(rulesOn({ client: more }), [
    "no message of the client is lost in silence",
    "the counters tell what became of each message",
  ]);
  const reported = more.toSpliced(18, 0, dropped("outbound", "unknown", {}));
  assertEquals(rulesOn({ client: reported }), []);
});

Deno.test("checkSession() finds a loss that was reported of a message that was handled", () => {
  const reported = client.toSpliced(17, 0, dropped("outbound", "closed", {}));
  const totals = { ...GOOD.totals, sent: 5 };
  assertEquals(rulesOn({ client: reported, totals }), [
    "what is reported as lost was not handled",
  ]);
});

Deno.test("checkSession() finds counters that do not add up", () => {
  assertEquals(rulesOn({ totals: { ...GOOD.totals, sent: 5 } }), [
    "the counters tell what became of each message",
  ]);
});

Deno.test("checkSession() finds a message of the server that came twice", () => {
  const twice = client.toSpliced(4, 0, message("r1.1-1", 2));
  const rules = rulesOn({ client: twice });
  assertEquals(rules.includes("the client gets no message twice"), true);
});

Deno.test("checkSession() finds messages of the server that came out of order", () => {
  const swapped = [message("r2.1-2", 1), message("r1.1-1", 2)];
  assertEquals(rulesOn({ client: replaced(client, 3, 2, swapped) }), [
    "the client gets messages in order",
  ]);
});

Deno.test("checkSession() finds a message of the server that is lost in silence", () => {
  assertEquals(rulesOn({ client: client.toSpliced(7, 1) }), [
    "the client's numbers have no hole that was not reported",
    "no message of the server is lost in silence",
  ]);
  const trimmed = dropped("inbound", "trimmed", { first: 3, last: 3 });
  assertEquals(rulesOn({ client: replaced(client, 7, 1, [trimmed]) }), []);
});

Deno.test("checkSession() forgives what a full buffer dropped before its client could ask for it", () => {
  const pushed: readonly ServerEvent[] = [
    { type: "pushing", push: 3, session: "B", at: 310 },
    { type: "stored", push: 3 },
  ];
  const silent = "no message of the server is lost in silence";
  for (const why of ["bye", "ended"]) {
    const end = ended("B", why, { accepted: 1, unconsumed: [[2, "p4"]] });
    const rules = rulesOn({
      client: client.toSpliced(18, 0, message("r6.2-3", 1)),
      server: [...server.slice(0, -1), ...pushed, end],
    });
    assertEquals(rules.includes(silent), true, "nothing was dropped");
    const trimmed = ended("B", why, { accepted: 1, unconsumed: [[3, "p4"]] });
    for (const overflow of ["reject", "drop-oldest"] as const) {
      const more = rulesOn({
        client: client.toSpliced(18, 0, message("r6.2-3", 1)),
        server: [...server.slice(0, -1), ...pushed, trimmed],
        overflow,
      });
      assertEquals(more.includes(silent), overflow === "reject");
    }
  }
});

Deno.test("checkSession() finds a loss with a session that is reported wrongly", () => {
  const reported = dropped("inbound", "session-lost", { first: 6, last: 8 });
  assertEquals(rulesOn({ client: replaced(client, 15, 1, [reported]) }), [
    "the loss of a session is reported exactly",
  ]);
  assertEquals(rulesOn({ client: client.toSpliced(15, 1) }), [
    "the loss of a session is reported exactly",
  ]);
  const early = client.toSpliced(15, 1).toSpliced(14, 0, client[15]!);
  assertEquals(rulesOn({ client: early }), []);
});

Deno.test("checkSession() expects no reply of a run that the end of its session forestalled", () => {
  const end = ended("A", "ended", { accepted: 4, unconsumed: [[6, "p2"]] });
  const at = server.findIndex(({ type }) => type === "ended");
  const reported = [
    dropped("inbound", "session-lost", { first: 6, last: 6 }),
    dropped("outbound", "unknown", { first: 5, last: 5 }),
  ];
  const totals = { ...GOOD.totals, sent: 5 };
  assertEquals(
    rulesOn({
      client: client.toSpliced(15, 1, ...reported),
      server: replaced(server, at, 1, [end]),
      totals,
    }),
    [],
  );
});

Deno.test("checkSession() lets numbers begin again where a store was rolled back", () => {
  const back = dropped("inbound", "rolled-back", { first: 3, last: 4 });
  const push = message("p7", 3);
  assertEquals(
    rulesOn({ client: client.toSpliced(9, 0, back, push) })
      .includes("the client's numbers have no hole that was not reported"),
    true,
  );
  const reply = message("r4.2-1", 4);
  const rest = [opened("resumed", "A"), back, push, reply, settled(4, 230)];
  assertEquals(
    rulesOn({ client: [...client.slice(0, 10), ...rest] })
      .includes("the client's numbers have no hole that was not reported"),
    false,
  );
});

Deno.test("checkSession() finds a reply of a run that was not accepted", () => {
  const wrong = replaced(client, 11, 1, [message("r4.1-5", 5)]);
  assertEquals(rulesOn({ client: wrong }), [
    "the reply is that of the run which was accepted",
    "no message of the server is lost in silence",
  ]);
});

Deno.test("checkSession() finds what neither end has sent", () => {
  const garbled = replaced(client, 3, 1, [message("? r1", 1)]);
  assertEquals(
    rulesOn({ client: garbled }).includes("the client gets what was sent"),
    true,
  );
  const strange: ServerEvent = { type: "garbage", text: "c1" };
  assertEquals(rulesOn({ server: [...server, strange] }), [
    "the server gets what was sent",
  ]);
});

Deno.test("checkSession() finds an end that is reported twice, never, or wrongly", () => {
  const end = ended("A", "ended", { accepted: 5, unconsumed: [] });
  assertEquals(rulesOn({ server: [...server, end] }), ["a session ends once"]);
  assertEquals(
    rulesOn({ server: server.slice(0, -1) }).includes("a session ends once"),
    true,
  );
  const bye = ended("B", "bye", {
    ...{ accepted: 0, unconsumed: [[1, "r6.2-3"], [2, "r1.1-1"]] },
  });
  assertEquals(rulesOn({ server: [...server.slice(0, -1), bye] }), [
    "ended tells only what the client has not consumed",
    "ended tells how far messages were accepted",
  ]);
});

Deno.test("checkSession() finds a client that ends by itself or does not recover", () => {
  const fatal: ClientEvent = {
    ...{ type: "close", code: 4400, reason: "", why: "fatal", error: "" },
  };
  assertEquals(rulesOn({ client: replaced(client, -1, 1, [fatal]) }), [
    "the client ends when it is asked to",
  ]);
  const late: ClientEvent = {
    ...{ type: "recovered", step: 0, after: 101, limit: 100 },
  };
  assertEquals(rulesOn({ client: replaced(client, 17, 1, [late]) }), [
    "it recovers in time",
  ]);
});

Deno.test("checkSession() forgives what a store has lost, and no more", () => {
  const lostPush = client.toSpliced(7, 1);
  const wiped: ServerEvent = {
    type: "life",
    birth: { kind: "wiped" },
    at: 200,
  };
  const silent = "no message of the server is lost in silence";
  const at = server.findIndex((event) => event.type === "life" && event.at > 0);
  assertEquals(
    rulesOn({ client: lostPush, server: replaced(server, at, 1, [wiped]) })
      .includes(silent),
    false,
  );
  for (const to of [10, 100]) {
    const back: ServerEvent = {
      ...{ type: "life", birth: { kind: "rolled-back", to }, at: 200 },
    };
    const rules = rulesOn({
      client: lostPush,
      server: replaced(server, at, 1, [back]),
    });
    assertEquals(rules.includes(silent), to === 100);
  }
});

Deno.test("checkSession() forgives the reply of a connection that is older than the loss", () => {
  const silent = "no message of the server is lost in silence";
  const wiped: ServerEvent = {
    ...{ type: "store", birth: { kind: "wiped" }, at: 235 },
  };
  const resumed: ServerEvent = { type: "resumed", session: "A" };
  const fifth = server.findIndex((event) =>
    event.type === "handling" && event.number === 5
  );
  const end = server.findIndex((event) => event.type === "ended");
  const ending = ended("A", "ended", { accepted: 5, unconsumed: [] });
  const others = replaced(server, end, 1, [ending]);
  for (const events of [[wiped], [wiped, resumed]]) {
    const rules = rulesOn({ server: replaced(others, fifth, 0, events) });
    assertEquals(rules.includes(silent), events.length === 2);
  }
});

/** The rules that this history breaks, each once. */
function rulesOn(change: Partial<SessionHistory>): readonly string[] {
  const violations = checkSession({ ...GOOD, ...change });
  return [...new Set(violations.map(({ rule }) => rule))];
}

function replaced<T>(
  list: readonly T[],
  at: number,
  count: number,
  items: readonly T[],
): readonly T[] {
  return list.toSpliced(at, count, ...items);
}
