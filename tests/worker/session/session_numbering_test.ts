// No message goes under a number that the main thread does not know of.

import { assertEquals } from "@std/assert";
import { encodeControl } from "../../../lib/session/wire/control.ts";
import {
  framesOf,
  NOTHING,
  OPENED,
  RESUMED,
  Stage,
  SUBPROTOCOL,
} from "./stage.ts";

Deno.test("Session sends nothing again in a new session before the main thread knows of it", () => {
  const stage = new Stage();
  stage.open();
  stage.transport.send("a", 1);
  stage.transport.terminate();
  const { op: _, ...opened } = OPENED;
  const answer = { op: "lost", why: "ended", got: 0, uncertain: 0 } as const;
  const fake = stage.dial();
  fake.opens(SUBPROTOCOL);
  fake.receives(encodeControl({ ...answer, at: 0, last: 0, opened }));
  assertEquals([framesOf(fake), stage.session.deadline], [[], Infinity]);
  // The heartbeat goes on, whatever the main thread does.
  stage.session.ping(7);
  assertEquals(framesOf(fake), ["p7|"]);
  // The next connection waits for it as well, even if it has to close.
  stage.transport.terminate();
  const next = stage.dial();
  next.opens(SUBPROTOCOL);
  next.receives(encodeControl(RESUMED));
  stage.clock.advance(stage.session.deadline - stage.clock.now());
  stage.session.due();
  assertEquals(stage.session.prepareClose(undefined), undefined);
  assertEquals(framesOf(next), []);
  stage.session.confirmed(stage.kept);
  assertEquals(framesOf(next), ["m1|a"]);
});

Deno.test("Session sends nothing behind a message without a number before the main thread knows of it", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.take();
  assertEquals(stage.transport.send("a", 1), true);
  // The second one was reported as expired.
  assertEquals(stage.transport.send("c", 3), true);
  // If it waited elsewhere, it could expire as well, and so on.
  assertEquals(stage.transport.send("d", 4), true);
  assertEquals(framesOf(fake), ["m1|a"]);
  stage.session.confirmed(stage.kept - 1);
  assertEquals(framesOf(fake), ["m1|a"]);
  stage.session.confirmed(stage.kept);
  assertEquals(framesOf(fake), ["m1|a", "m2|c", "m3|d"]);
  assertEquals(stage.transport.send("e", 5), true);
  assertEquals(stage.transport.send("f", 6), false);
});

Deno.test("Session takes no more than can go, while it waits for the main thread", () => {
  const stage = new Stage();
  const fake = stage.open();
  // The second one was dropped. Credit is for four.
  stage.transport.send("a", 1);
  for (const id of [3, 4]) {
    assertEquals(stage.transport.send(`${id}`, id), true, `${id}`);
  }
  assertEquals(stage.transport.send("5", 5), false);
  stage.take();
  stage.session.confirmed(stage.kept);
  assertEquals(framesOf(fake), ["m1|a", "m2|3", "m3|4", "m4|5"]);
  assertEquals(stage.take(), ["writable"]);
});

Deno.test("Session takes no more bytes than can go, while it waits for the main thread", () => {
  const stage = new Stage();
  stage.open({ ...OPENED, window: [9, 100] });
  stage.transport.send("a", 1);
  assertEquals(stage.transport.send("x".repeat(60), 3), true);
  assertEquals(stage.transport.send("x".repeat(60), 4), false);
});

Deno.test("Session sends nothing behind a message that is too large before the main thread knows of it", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.posted();
  stage.transport.send("x".repeat(101), 1);
  assertEquals(stage.transport.send("b", 2), true);
  assertEquals(stage.posted().map(({ type }) => type), ["unsent", "kept"]);
  assertEquals(framesOf(fake), []);
});

Deno.test("Session leaves out what the server does not take of what a worker before has left", () => {
  const kept = {
    attempt: 1,
    ticket: { session: "s", token: "t", protocol: "" },
    againTo: 0,
    accepted: 1,
  };
  const remains = { ...NOTHING, kept, unaccepted: ["b", "x".repeat(101), "d"] };
  const marks = [{ after: 0, seq: 0, generation: "g1", positions: [] }];
  const stage = new Stage({}, { remains: { ...remains, marks } });
  const fake = stage.dial();
  fake.opens(SUBPROTOCOL);
  fake.receives(encodeControl({ ...RESUMED, got: 1 }));
  // What the server does not take would end the session.
  assertEquals(framesOf(fake), []);
  const { kept: number } = stage;
  assertEquals(
    stage.posted().flatMap((notice) =>
      notice.type === "unsent" ? [`${notice.message} ${notice.reason}`] : []
    ),
    ["2 rejected"],
  );
  stage.session.confirmed(number);
  assertEquals(framesOf(fake), ["m2|b", "m3|d"]);
  // The next one of the main thread is the fourth.
  assertEquals(stage.transport.send("e", 4), true);
  assertEquals(framesOf(fake), ["m2|b", "m3|d", "m4|e"]);
});
