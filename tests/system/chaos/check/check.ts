/**
 * Judges what both ends of a connection remember. Pure: a history in, what is
 * wrong with it out.
 *
 * @module
 */

import { DEFAULTS } from "@holdfast/websocket";
import type { ClientEvent, History, ServerConnection } from "./history.ts";
import type { Violation as AnyViolation } from "./violation.ts";

/** What is wrong with a history of this lab. */
interface Violation extends AnyViolation {
  readonly rule:
    | "no message is repeated"
    | "no message is out of order"
    | "no message is made up"
    | "no message is lost in silence"
    | "the counters are right"
    | "events come in their order"
    | "close is for the fatal"
    | "it recovers in time";
}

/**
 * Judges a history.
 *
 * @param history What client and server saw.
 * @returns What is wrong; nothing, if all promises were kept.
 */
export function check(history: History): readonly Violation[] {
  return [
    ...checkRepeats(history),
    ...checkOrder(history),
    ...checkLosses(history),
    ...checkFates(history),
    ...checkCounters(history),
    ...checkInbound(history),
    ...checkGarbage(history),
    ...checkEvents(history),
    ...checkClose(history),
    ...checkRecovery(history),
  ];
}

function* checkRepeats({ server }: History): Generator<Violation> {
  const seen = new Set<number>();
  for (const { id, received } of server) {
    for (const number of received) {
      if (seen.has(number)) {
        yield {
          rule: "no message is repeated",
          detail: `The server received ${number} again on connection ${id}`,
        };
      }
      seen.add(number);
    }
  }
}

/** Messages leave in the order of `send()`, whatever happens to connections. */
function* checkOrder({ server }: History): Generator<Violation> {
  let last = 0;
  for (const { id, received } of server) {
    for (const number of received) {
      if (number < last) {
        yield {
          rule: "no message is out of order",
          detail:
            `The server received ${number} after ${last} on connection ${id}`,
        };
      }
      last = number;
    }
  }
}

/**
 * What was sent after one connection was reported as lost could only go to the next
 * ones; so where one of them has a later message, it must have this one, or
 * have had it reported. What went before may have been on the wire.
 */
function* checkLosses(history: History): Generator<Violation> {
  const floors = new Map(floorsOf(history.client));
  const { dropped, anonymous } = dropsOf(history);
  const missing = new Set<number>();
  for (const { id, received } of history.server) {
    const has = new Set(received);
    const [first = Infinity] = received;
    const last = received.at(-1) ?? 0;
    const from = Math.min(floors.get(id) ?? Infinity, first);
    for (let number = from; number < last; number += 1) {
      if (!has.has(number) && !dropped.has(number)) missing.add(number);
    }
  }
  if (missing.size > anonymous) {
    yield {
      rule: "no message is lost in silence",
      detail: `${missing.size} messages skipped, ${anonymous} reported: ` +
        [...missing].slice(0, 10).join(" "),
    };
  }
}

/** Which messages were reported as dropped one by one, and how many besides. */
function dropsOf({ client }: History): {
  readonly dropped: ReadonlySet<number>;
  readonly anonymous: number;
} {
  const dropped = new Set<number>();
  let reported = 0;
  for (const event of client) {
    if (event.type === "settled" && event.fate === "dropped") {
      dropped.add(event.number);
    }
    if (event.type === "drop" && event.direction === "outbound") {
      reported += event.count;
    }
  }
  return { dropped, anonymous: reported - dropped.size };
}

/**
 * Connections that the client saw open, as far as anything came in, and the
 * first message that it sent after the one before was reported as lost.
 */
function* floorsOf(
  client: readonly ClientEvent[],
): Generator<readonly [connection: number, floor: number]> {
  let next = 1;
  let floor = 1;
  let state: "open" | "known" = "known";
  for (const event of client) {
    if (event.type === "sent") next = event.number + 1;
    if (event.type === "open") state = "open";
    if (event.type === "message" && state === "open") {
      state = "known";
      yield [event.connection, floor];
    }
    if (event.type === "disconnect") {
      floor = next;
      state = "known";
    }
  }
}

/** `write()` must settle, and must not call back what the server has. */
function* checkFates({ client, server }: History): Generator<Violation> {
  const received = new Set(server.flatMap(({ received }) => received));
  const open = new Set<number>();
  // After a crash nobody knows (design, promise 3).
  const isUncertain = client.some((event) =>
    event.type === "drop" && event.reason === "unknown"
  );
  for (const event of client) {
    if (event.type === "sent" && event.by === "write") open.add(event.number);
    if (event.type !== "settled") continue;
    open.delete(event.number);
    if (
      event.fate === "dropped" && received.has(event.number) && !isUncertain
    ) {
      yield {
        rule: "no message is lost in silence",
        detail:
          `${event.number} was reported as dropped, and the server has it`,
      };
    }
  }
  if (open.size > 0) {
    yield {
      rule: "no message is lost in silence",
      detail: `write() never settled for ${[...open].slice(0, 10).join(" ")}`,
    };
  }
}

function* checkCounters(history: History): Generator<Violation> {
  const { client, server, totals } = history;
  const sent = client.filter(({ type }) => type === "sent").length;
  const known = totals.taken + totals.droppedOutbound + totals.waiting;
  if (sent !== known) {
    yield {
      rule: "the counters are right",
      detail: `${sent} sent, but ${totals.taken} taken, ` +
        `${totals.droppedOutbound} dropped, ${totals.waiting} waiting`,
    };
  }
  for (const direction of ["outbound", "inbound"] as const) {
    const reported = reportedDrops(client, direction);
    const counted = direction === "outbound"
      ? totals.droppedOutbound
      : totals.droppedInbound;
    if (reported !== counted) {
      yield {
        rule: "the counters are right",
        detail: `${reported} ${direction} drops reported, ${counted} counted`,
      };
    }
  }
  const arrived = server.reduce((sum, each) => sum + each.received.length, 0);
  const unknown = client.reduce(
    (sum, event) =>
      event.type === "drop" && event.reason === "unknown"
        ? sum + event.count
        : sum,
    0,
  );
  if (arrived > totals.taken + unknown) {
    yield {
      rule: "the counters are right",
      detail: `${arrived} arrived, but only ${totals.taken} were taken`,
    };
  }
}

function reportedDrops(
  client: readonly ClientEvent[],
  wanted: "inbound" | "outbound",
): number {
  return client.reduce(
    (sum, event) =>
      event.type === "drop" && event.direction === wanted
        ? sum + event.count
        : sum,
    0,
  );
}

/**
 * Each connection's messages arrive as 1, 2, 3, ... until it is lost, except
 * those that were reported.
 */
function* checkInbound({ client, server }: History): Generator<Violation> {
  const sent = new Map(server.map(({ id, sent }) => [id, sent]));
  const reported = reportedDrops(client, "inbound");
  let skipped = 0;
  let current = { connection: 0, number: 0 };
  for (const event of client) {
    // It may have been any number of messages.
    if (event.type === "garbage") current = { ...current, number: NaN };
    if (event.type !== "message") continue;
    const { connection, number } = event;
    const expected = connection !== current.connection
      ? 1
      : Number.isNaN(current.number)
      ? number
      : current.number + 1;
    const name = `Message ${number} of connection ${connection}`;
    if (connection < current.connection) {
      yield {
        rule: "no message is out of order",
        detail: `${name} came after connection ${current.connection}`,
      };
      continue;
    }
    if (number < expected) {
      yield {
        rule: "no message is repeated",
        detail: `${name} came instead of ${expected}`,
      };
    } else if (number > (sent.get(connection) ?? 0)) {
      yield {
        rule: "no message is repeated",
        detail: `${name} came, and the server had not sent it`,
      };
    }
    skipped += Math.max(0, number - expected);
    current = { connection, number };
  }
  if (skipped > reported) {
    yield {
      rule: "no message is lost in silence",
      detail: `${skipped} inbound messages skipped, ${reported} reported`,
    };
  }
}

function* checkGarbage({ client, integrity }: History): Generator<Violation> {
  const texts = client.flatMap((event) =>
    event.type === "garbage" ? [event.text] : []
  );
  if (texts.length === 0 || integrity === "broken") return;
  yield {
    rule: "no message is made up",
    detail: `${texts.length} messages came that nobody had sent: ${
      JSON.stringify(texts.slice(0, 5))
    }`,
  };
}

type Phase = "connecting" | "open" | "closed";

function* checkEvents({ client }: History): Generator<Violation> {
  let phase: Phase = "connecting";
  for (const event of client) {
    const next = phaseAfter(phase, event);
    if (next === undefined) {
      yield {
        rule: "events come in their order",
        detail: `${JSON.stringify(event)} while ${phase}`,
      };
    } else phase = next;
  }
  if (phase !== "closed") {
    yield {
      rule: "events come in their order",
      detail: "close never came",
    };
  }
}

/** `undefined`: this must not happen. */
function phaseAfter(phase: Phase, event: ClientEvent): Phase | undefined {
  switch (event.type) {
    case "open":
      return phase === "connecting" ? "open" : undefined;
    case "message":
    case "garbage":
      return phase === "open" ? "open" : undefined;
    case "disconnect":
      return phase === "closed" ? undefined : "connecting";
    case "close":
      return phase === "closed" ? undefined : "closed";
    case "drop":
      return phase === "closed" ? undefined : phase;
    case "sent":
    case "settled":
    case "asked-to-close":
    case "recovered":
      return phase;
  }
}

function* checkClose(
  { client, server, fatalStatuses }: History,
): Generator<Violation> {
  const isAsked = client.some(({ type }) => type === "asked-to-close");
  for (const event of client) {
    if (event.type !== "close") continue;
    const { code, why, status } = event;
    const isRight = why === "requested" ? isAsked : why === "fatal" &&
      (status === undefined
        ? isSentByServer(server, code)
        : fatalStatuses.includes(status));
    if (isRight) continue;
    yield {
      rule: "close is for the fatal",
      detail: `close fired: ${why}, code ${code}, ${event.error}`,
    };
  }
}

function isSentByServer(
  server: readonly ServerConnection[],
  code: number,
): boolean {
  return DEFAULTS.fatalCloseCodes.includes(code) &&
    server.some(({ closedWith }) => closedWith === code);
}

function* checkRecovery({ client }: History): Generator<Violation> {
  for (const event of client) {
    if (event.type !== "recovered" || event.after <= event.limit) continue;
    yield {
      rule: "it recovers in time",
      detail: `Step ${event.step}: open again after ${
        Math.round(event.after)
      } ms instead of ${event.limit} ms`,
    };
  }
}
