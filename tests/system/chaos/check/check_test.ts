import { assertEquals } from "@std/assert";
import { check } from "./check.ts";
import type { ClientEvent, History, ServerConnection } from "./history.ts";

const open = { type: "open" } as const;
const lost = { type: "disconnect", error: "lost" } as const;
const asked = { type: "asked-to-close" } as const;
const close: ClientEvent = {
  type: "close",
  code: 1005,
  why: "requested",
  status: undefined,
  error: "",
};

/** Two connections; 3 and 4 were on the wire of the first one, 7 on that of the second. */
const client: readonly ClientEvent[] = [
  sent(1),
  open,
  message(1, 1),
  sent(2),
  settled(2),
  sent(3),
  message(1, 2),
  sent(4),
  settled(4),
  lost,
  sent(5),
  open,
  message(2, 1),
  sent(6),
  settled(6),
  { type: "recovered", step: 0, after: 90, limit: 100 },
  sent(7),
  asked,
  close,
];
const server: readonly ServerConnection[] = [
  connection(1, [1, 2], 3),
  connection(2, [5, 6], 1),
];
const totals = {
  taken: 7,
  droppedOutbound: 0,
  droppedInbound: 0,
  waiting: 0,
};
const GOOD: History = {
  client,
  server,
  totals,
  fatalStatuses: [],
  integrity: "kept",
};

Deno.test("check() likes a history in which all promises were kept", () => {
  assertEquals(check(GOOD), []);
});

Deno.test("check() finds a message that the server received twice", () => {
  assertEquals(rules({ server: [connection(1, [1, 1, 2], 3), server[1]!] }), [
    "no message is repeated",
  ]);
  assertEquals(
    rules({ server: [server[0]!, connection(2, [2, 5, 6], 1)] })[0],
    "no message is repeated",
  );
});

Deno.test("check() finds messages that the server received out of order", () => {
  assertEquals(rules({ server: [connection(1, [2, 1], 3), server[1]!] }), [
    "no message is out of order",
  ]);
  assertEquals(
    rules({ server: [connection(1, [1, 5], 3), connection(2, [2, 6], 1)] })
      .includes("no message is out of order"),
    true,
  );
});

Deno.test("check() finds a message that is missing between two others", () => {
  const broken = { server: [connection(1, [1, 3], 3), server[1]!] };
  assertEquals(rules(broken), ["no message is lost in silence"]);
});

Deno.test("check() finds a message that was queued between two connections and lost", () => {
  const broken = { server: [server[0]!, connection(2, [6], 1)] };
  assertEquals(rules(broken), ["no message is lost in silence"]);
});

Deno.test("check() takes a message as accounted for that was reported", () => {
  const drop: ClientEvent = {
    type: "drop",
    direction: "outbound",
    count: 1,
    reason: "overflow",
  };
  const reported = {
    server: [server[0]!, connection(2, [6], 1)],
    client: client.toSpliced(11, 0, drop),
    totals: { ...totals, taken: 6, droppedOutbound: 1 },
  };
  assertEquals(rules(reported), []);
});

Deno.test("check() finds a message that was reported as dropped and arrived", () => {
  const drop: ClientEvent = {
    type: "drop",
    direction: "outbound",
    count: 1,
    reason: "overflow",
  };
  const broken = {
    client: client.with(4, settled(2, "dropped")).toSpliced(5, 0, drop),
    totals: { ...totals, droppedOutbound: 1, taken: 6 },
  };
  assertEquals(rules(broken), ["no message is lost in silence"]);
});

Deno.test("check() finds a write() that never settles", () => {
  assertEquals(rules({ client: client.toSpliced(4, 1) }), [
    "no message is lost in silence",
  ]);
});

Deno.test("check() finds counters that do not add up", () => {
  const counters = ["the counters are right"];
  assertEquals(rules({ totals: { ...totals, taken: 6 } }), counters);
  assertEquals(rules({ totals: { ...totals, droppedInbound: 1 } }), counters);
  const more = { server: [connection(1, [1, 2, 3, 4], 3), server[1]!] };
  assertEquals(
    rules({ ...more, totals: { ...totals, taken: 5, waiting: 2 } }),
    [
      "the counters are right",
    ],
  );
});

Deno.test("check() finds an inbound message that is missing, repeated, or of nobody", () => {
  const swap = (...messages: ClientEvent[]) => ({
    client: client.toSpliced(6, 1, ...messages),
  });
  assertEquals(rules(swap(message(1, 3))), ["no message is lost in silence"]);
  assertEquals(rules(swap(message(1, 1))), ["no message is repeated"]);
  assertEquals(
    rules(swap(message(1, 2), message(1, 3), message(1, 4))),
    ["no message is repeated"],
  );
  assertEquals(
    rules({ client: client.toSpliced(13, 0, message(1, 3)) }),
    ["no message is out of order"],
  );
});

Deno.test("check() finds a message that nobody sent, unless bytes were corrupted", () => {
  const garbled = client.toSpliced(6, 1, { type: "garbage", text: "?" });
  assertEquals(rules({ client: garbled }), ["no message is made up"]);
  assertEquals(rules({ client: garbled, integrity: "broken" }), []);
});

Deno.test("check() finds events that come in a wrong order", () => {
  const order = ["events come in their order"];
  assertEquals(rules({ client: client.toSpliced(3, 0, open) }), order);
  assertEquals(
    rules({ client: [message(1, 1), ...client.slice(3)] }).at(-1),
    order[0],
  );
  assertEquals(rules({ client: [...client, close] }), order);
  assertEquals(rules({ client: [...client, lost] }), order);
  assertEquals(rules({ client: client.slice(0, -1) }), order);
});

Deno.test("check() finds a close that nobody asked for and no fault excuses", () => {
  const fatal = { ...close, why: "fatal", code: 4401 } as const;
  const ended = { client: [...client.slice(0, -2), fatal] };
  const refused = {
    client: [...client.slice(0, -2), { ...fatal, code: 1006, status: 401 }],
  };
  const rule = ["close is for the fatal"];
  assertEquals(rules(ended), rule);
  assertEquals(rules(refused), rule);
  assertEquals(rules({ client: [...client.slice(0, -2), close] }), rule);
  const exhausted = { ...close, why: "exhausted" } as const;
  assertEquals(rules({ client: client.with(-1, exhausted) }), rule);
  const retryable = { ...fatal, code: 1012 };
  const restart = { ...server[1]!, closedWith: 1012 };
  assertEquals(
    rules({
      client: [...client.slice(0, -2), retryable],
      server: [server[0]!, restart],
    }),
    rule,
  );

  const said = { ...server[1]!, closedWith: 4401 };
  assertEquals(rules({ ...ended, server: [server[0]!, said] }), []);
  assertEquals(rules({ ...refused, fatalStatuses: [401] }), []);
});

Deno.test("check() finds a recovery that took too long", () => {
  const late: ClientEvent = {
    type: "recovered",
    step: 0,
    after: Infinity,
    limit: 100,
  };
  assertEquals(rules({ client: client.with(15, late) }), [
    "it recovers in time",
  ]);
});

function rules(changes: Partial<History>): readonly string[] {
  return check({ ...GOOD, ...changes }).map(({ rule }) => rule);
}

function sent(number: number): ClientEvent {
  return { type: "sent", number, by: number % 2 === 0 ? "write" : "send" };
}

function settled(
  number: number,
  fate: "taken" | "dropped" = "taken",
): ClientEvent {
  return { type: "settled", number, fate };
}

function message(connection: number, number: number): ClientEvent {
  return { type: "message", connection, number };
}

function connection(
  id: number,
  received: readonly number[],
  sent: number,
): ServerConnection {
  return { id, received, sent, closedWith: undefined };
}
