import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { ConnectionLostError } from "../../../lib/client/errors/mod.ts";
import {
  DisconnectEvent,
  DropEvent,
  EndEvent,
  FailureEvent,
  HeartbeatEvent,
  OpenEvent,
  StatusChangeEvent,
} from "../../../lib/client/socket/events.ts";

const INFO = { closeCode: 1006, reason: "", wasClean: false };
const ERROR = new ConnectionLostError("lost", { ...INFO, retryable: true });

Deno.test("each event has the type that its listeners are added for", () => {
  const status = { kind: "open", attempt: 1, worker: "own" } as const;
  const events = [
    new OpenEvent({ reconnected: true, attempt: 1 }),
    new DisconnectEvent({ ...INFO, attempt: 1, delay: 5, error: ERROR }),
    new FailureEvent(ERROR),
    new EndEvent(INFO, "fatal"),
    new HeartbeatEvent(5),
    new DropEvent({
      count: 1,
      bytes: 2,
      direction: "inbound",
      reason: "unread",
    }),
    new StatusChangeEvent(status),
  ];
  assertEquals(events.map(({ type }) => type), [
    "open",
    "disconnect",
    "error",
    "close",
    "heartbeat",
    "drop",
    "statuschange",
  ]);
  assertEquals(
    events.filter(({ bubbles, cancelable }) => bubbles || cancelable),
    [],
  );
});

Deno.test("DisconnectEvent() carries how it was lost, and the error", () => {
  const init = { ...INFO, attempt: 3, delay: Infinity, error: ERROR };
  const { closeCode, reason, wasClean, attempt, delay, error } =
    new DisconnectEvent(init);
  assertEquals({ closeCode, reason, wasClean, attempt, delay, error }, init);
});

Deno.test("EndEvent() is a CloseEvent that says why", () => {
  const info = { closeCode: 4000, reason: "bye", wasClean: true };
  const event = new EndEvent(info, "exhausted");
  assertInstanceOf(event, CloseEvent);
  const { code, reason, wasClean, why } = event;
  assertEquals([code, reason, wasClean, why], [
    4000,
    "bye",
    true,
    "exhausted",
  ]);
});

Deno.test("DropEvent() carries what left a queue", () => {
  const init = {
    count: 2,
    bytes: 9,
    direction: "outbound",
    reason: "expired",
  } as const;
  const { count, bytes, direction, reason } = new DropEvent(init);
  assertEquals({ count, bytes, direction, reason }, init);
});

Deno.test("OpenEvent, HeartbeatEvent, FailureEvent and StatusChangeEvent carry what they are given", () => {
  const status = { kind: "idle", attempt: 0, worker: "none" } as const;
  const { reconnected, attempt } = new OpenEvent({
    reconnected: false,
    attempt: 2,
  });
  assertEquals([reconnected, attempt], [false, 2]);
  assertEquals(new HeartbeatEvent(7).latency, 7);
  assertStrictEquals(new FailureEvent(ERROR).error, ERROR);
  assertStrictEquals(new StatusChangeEvent(status).status, status);
});

Deno.test("OpenEvent and DropEvent carry what a session adds", () => {
  const session = { kind: "resumed", id: "s" } as const;
  const open = new OpenEvent({ reconnected: true, attempt: 1, session });
  assertEquals(open.session, session);
  const drop = new DropEvent({
    ...{ count: 2, bytes: 0, direction: "inbound", reason: "trimmed" },
    ...{ first: 3, last: 4 },
  });
  assertEquals([drop.first, drop.last], [3, 4]);
});
