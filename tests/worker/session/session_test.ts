import { assertEquals, assertThrows } from "@std/assert";
import { encodeControl } from "../../../lib/session/wire/control.ts";
import {
  framesOf,
  NOTHING,
  OPENED,
  RESUMED,
  Stage,
  SUBPROTOCOL,
} from "./stage.ts";

const TICKET = { session: "s", token: "t1", protocol: "chat" };

Deno.test("Session opens, and has kept what a worker after it needs", () => {
  const stage = new Stage();
  const fake = stage.open(OPENED, "who");
  assertEquals(stage.take(), ["open chat"]);
  const { op, auth, instance, attempt } = JSON.parse(
    `${fake.sent[0]}`.slice(2),
  );
  assertEquals([op, auth, instance, attempt], ["open", "who", "i", 1]);
  const kept = { attempt: 1, againTo: 0, accepted: 0 };
  assertEquals(stage.posted(), [
    { type: "kept", id: 1, number: 1, kept: { ...kept, ticket: undefined } },
    { type: "kept", id: 1, number: 2, kept: { ...kept, ticket: TICKET } },
    {
      type: "marked",
      id: 1,
      mark: { after: 0, seq: 0, generation: "g1", positions: [["g1", 0]] },
    },
  ]);
  assertEquals(stage.session.opening, { kind: "opened", id: "s" });
});

Deno.test("Session.send() numbers messages, and reports what is accepted", () => {
  const stage = new Stage();
  const fake = stage.open();
  assertEquals(stage.transport.send("a", 1), true);
  stage.transport.send(Uint8Array.of(9).buffer, 2);
  assertEquals(framesOf(fake), ["m1|a", Uint8Array.of(0, 2, 9).buffer]);
  stage.take();
  fake.receives("a2,6,rs|");
  assertEquals(stage.take(), ["taken 2"]);
});

Deno.test("Session.send() holds one message without credit, and asks for more when it is gone", () => {
  const stage = new Stage();
  const fake = stage.open();
  for (const id of [1, 2, 3, 4]) stage.transport.send(`${id}`, id);
  assertEquals(stage.transport.send("5", 5), false);
  assertEquals(framesOf(fake).length, 4);
  stage.take();
  fake.receives("a1,8,rs|");
  assertEquals(framesOf(fake).at(-1), "m5|5");
  assertEquals(stage.take(), ["taken 1", "writable"]);
});

Deno.test("Session hears the next event although a transport has thrown", () => {
  const stage = new Stage();
  const fake = stage.open();
  const send = fake.send.bind(fake);
  fake.send = () => {
    throw new TypeError("full");
  };
  assertThrows(() => fake.receives("p1|"), TypeError, "full");
  fake.send = send;
  fake.receives("p2|");
  assertEquals(framesOf(fake), ["q2,0|"]);
});

Deno.test("Session.send() goes on when the transport has room", () => {
  const stage = new Stage();
  const fake = stage.open();
  fake.capacity = false;
  assertEquals(stage.transport.send("a", 1), false);
  assertEquals(stage.transport.send("b", 2), false);
  assertEquals(framesOf(fake), ["m1|a"]);
  stage.take();
  fake.drains();
  assertEquals(framesOf(fake), ["m1|a", "m2|b"]);
  assertEquals(stage.take(), ["writable"]);
});

Deno.test("Session.send() refuses a message that is too large for the server", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.posted();
  assertEquals(stage.transport.send("x".repeat(101), 1), true);
  assertEquals(framesOf(fake), []);
  assertEquals(stage.posted()[0], {
    type: "unsent",
    id: 1,
    message: 1,
    reason: "rejected",
  });
});

Deno.test("Session sends again what is not accepted, under its numbers", () => {
  const stage = new Stage();
  stage.open();
  for (const id of [1, 2, 3]) stage.transport.send(`${id}`, id);
  stage.transport.terminate();
  stage.take();
  const fake = stage.open({ ...RESUMED, got: 1 });
  assertEquals(stage.take(), ["taken 1", "open chat"]);
  assertEquals(framesOf(fake), ["m2|2", "m3|3"]);
  assertEquals(stage.session.opening, { kind: "resumed", id: "s" });
});

Deno.test("Session.consumed() acknowledges what the application has consumed", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.take();
  fake.receives("m1|a", "m2|b");
  assertEquals(stage.take(), ["message a", "message b"]);
  stage.session.consumed(2);
  assertEquals(framesOf(fake), ["a2,a,ru|"]);
  // Said again, as after a new attempt.
  stage.session.consumed(2);
  assertEquals(framesOf(fake).length, 1);
});

Deno.test("Session.due() acknowledges after a while", () => {
  const stage = new Stage({ window: { messages: 100, bytes: 1_000 } });
  const fake = stage.open();
  assertEquals(stage.session.deadline, Infinity);
  fake.receives("m1|a");
  stage.session.consumed(1);
  stage.clock.advance(stage.session.deadline - stage.clock.now());
  stage.session.due();
  assertEquals(framesOf(fake), ["a1,2t,rt|"]);
});

Deno.test("Session.prepareClose() acknowledges before we close a connection", () => {
  const stage = new Stage({ window: { messages: 100, bytes: 1_000 } });
  const fake = stage.open();
  fake.receives("m1|a");
  stage.session.consumed(1);
  assertEquals(framesOf(fake), []);
  stage.transport.close(1000, "");
  assertEquals(framesOf(fake), ["a1,2t,rt|"]);
});

Deno.test("Session marks where numbers go on after a gap and in another generation", () => {
  const stage = new Stage();
  const fake = stage.open();
  fake.receives("m1|a");
  stage.posted();
  fake.receives(encodeControl({ op: "gap", from: 2, to: 4, why: "trimmed" }));
  fake.receives(encodeControl({ op: "gen", gen: "g2" }), "m5|b");
  const marked = { type: "marked", id: 1 } as const;
  assertEquals(stage.posted(), [
    {
      ...marked,
      mark: { after: 1, seq: 4, generation: "g1", positions: [["g1", 4]] },
    },
    {
      type: "missing",
      id: 1,
      after: 1,
      drop: {
        ...{ count: 3, bytes: 0, direction: "inbound", reason: "trimmed" },
        ...{ first: 2, last: 4 },
      },
    },
    {
      ...marked,
      mark: { after: 1, seq: 4, generation: "g2", positions: [["g1", 4]] },
    },
  ]);
});

Deno.test("Session goes on where a worker before has ended", () => {
  const kept = { attempt: 2, ticket: TICKET, againTo: 0, accepted: 3 };
  const positions = [["g1", 0]] as const;
  const stage = new Stage({}, {
    remains: {
      ...NOTHING,
      kept,
      marks: [{ after: 0, seq: 0, generation: "g1", positions }],
      arrived: 4,
      consumed: 2,
      sizes: [1, 1],
      unaccepted: ["d"],
    },
  });
  const fake = stage.open({ ...RESUMED, got: 3, at: 4, last: 4 });
  const { op, have, ack, first, last, attempt } = JSON.parse(
    `${fake.sent[0]}`.slice(2),
  );
  assertEquals([op, have, ack, first, last], ["resume", [["g1", 4]], 2, 4, 4]);
  assertEquals(attempt, 1_003);
  assertEquals(framesOf(fake), ["m4|d"]);
  fake.receives("m5|e");
  stage.session.consumed(5);
  assertEquals(framesOf(fake).at(-1), "a5,d,rt|");
});

Deno.test("Session tells what is lost with a session, and begins another", () => {
  const stage = new Stage();
  stage.open();
  for (const id of [1, 2, 3]) stage.transport.send(`${id}`, id);
  stage.transport.terminate();
  stage.take();
  stage.posted();
  const { op: _, ...opened } = { ...OPENED, session: "s2" };
  const fates = { got: 1, uncertain: 2, at: 0, last: 2 };
  const fake = stage.open({ op: "lost", why: "expired", ...fates, opened });
  assertEquals(stage.take(), ["taken 1", "open chat"]);
  assertEquals(framesOf(fake), ["m1|3"]);
  assertEquals(stage.session.opening, {
    kind: "lost",
    id: "s2",
    why: "expired",
  });
  const reasons = stage.posted().flatMap((notice) =>
    notice.type === "unsent"
      ? `${notice.message} ${notice.reason} ${notice.seq}`
      : notice.type === "missing"
      ? `${notice.drop.reason} ${notice.drop.count}`
      : []
  );
  assertEquals(reasons, ["2 unknown 2", "session-lost 2"]);
});

Deno.test("Session ends its connection with a session that is lost, once it has reported what is", () => {
  const stage = new Stage({ onLost: "close" });
  stage.open();
  stage.transport.send("a", 1);
  stage.transport.terminate();
  stage.take();
  const { op: _, ...opened } = OPENED;
  stage.open({ op: "lost", why: "ended", opened });
  assertEquals(stage.take(), ["lost ended"]);
  assertEquals(stage.posted().at(-1)?.type, "missing");
});

Deno.test("Session leaves a connection whose peer breaks the protocol", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.take();
  fake.receives("m7|out of order");
  assertEquals(fake.calls, ["close 4400 Number out of order"]);
  assertEquals(stage.take(), ["failed Number out of order"]);
  fake.receives("m1|late");
  assertEquals(stage.take(), []);
});

Deno.test("Session moves when the server asks for it", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.take();
  fake.receives(encodeControl({ op: "moving", after: 5, spread: 0 }));
  stage.clock.advance(5);
  stage.session.due();
  assertEquals(stage.take(), ["moved"]);
  assertEquals(fake.calls, ["close 4012 Moving"]);
});

Deno.test("Session logs what the server says to people", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.take();
  fake.receives(encodeControl({ op: "error", message: "Slow down" }));
  assertEquals(stage.take(), ["warn Error of the server: Slow down"]);
});

Deno.test("Session.authenticate() sends a new token", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.session.authenticate("new");
  assertEquals(framesOf(fake), ['c|{"op":"auth","auth":"new"}']);
});

Deno.test("Session.closing() lets the end of a connection be the end of the session", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.session.closing();
  stage.transport.close(undefined, "bye");
  assertEquals(framesOf(fake), ['c|{"op":"bye","ack":0}']);
  assertEquals(fake.calls, ["close 1000 bye"]);
});

Deno.test("Session.closing() does not end a session whose messages are not accepted", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.transport.send("a", 1);
  stage.session.closing();
  stage.transport.close(3_000, "bye");
  assertEquals(framesOf(fake), ["m1|a"]);
  assertEquals(fake.calls, ["close 3000 bye"]);
});

Deno.test("Session.end() tells what became of each message", () => {
  const stage = new Stage();
  const fake = stage.open();
  fake.capacity = false;
  stage.transport.send("a", 1);
  stage.transport.send("b", 2);
  stage.posted();
  stage.session.end();
  assertEquals(stage.posted(), [
    { type: "unsent", id: 1, message: 1, reason: "unknown", seq: 1 },
    { type: "unsent", id: 1, message: 2, reason: "closed" },
  ]);
  fake.receives("m1|late");
  assertEquals(stage.take(), ["open chat"]);
});

Deno.test("Session.confirmed() sends what waited for the main thread to keep the token", () => {
  const stage = new Stage();
  stage.open();
  stage.transport.send("a", 1);
  stage.transport.terminate();
  const fake = stage.dial();
  fake.opens(SUBPROTOCOL);
  fake.receives(encodeControl(RESUMED));
  stage.session.authenticate("new");
  assertEquals(framesOf(fake), []);
  stage.session.confirmed(stage.kept - 1);
  assertEquals(framesOf(fake), []);
  stage.session.confirmed(stage.kept);
  assertEquals(framesOf(fake), ["m1|a", 'c|{"op":"auth","auth":"new"}']);
  assertEquals(stage.session.deadline, Infinity);
});

Deno.test("Session.due() waits no longer for a main thread that is frozen", () => {
  const stage = new Stage();
  stage.open();
  stage.transport.send("a", 1);
  stage.transport.terminate();
  const fake = stage.dial();
  fake.opens(SUBPROTOCOL);
  fake.receives(encodeControl(RESUMED));
  stage.clock.advance(stage.session.deadline - stage.clock.now());
  stage.session.due();
  assertEquals(framesOf(fake), ["m1|a"]);
});

Deno.test("Session.deadline moves back only when it is due", () => {
  const stage = new Stage();
  const fake = stage.open();
  assertEquals(stage.session.deadline, Infinity);
  const begin = stage.clock.now();
  fake.receives("m1|a");
  stage.session.consumed(1);
  assertEquals(stage.session.deadline, begin + 100);
  stage.transport.send("it rides", 1);
  assertEquals(stage.session.deadline, begin + 100);
  stage.clock.advance(100);
  stage.session.due();
  assertEquals(stage.session.deadline, Infinity);
  assertEquals(framesOf(fake), ["m1,1|it rides"]);
  fake.receives("m2|b");
  stage.session.consumed(2);
  stage.session.end();
  assertEquals(stage.session.deadline, Infinity);
});
