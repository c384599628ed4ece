import { assert, assertEquals, assertThrows } from "@std/assert";
import type { KnownControl } from "../../../lib/session/wire/control.ts";
import {
  controlOf,
  framesOf,
  only,
  OPENED,
  openPeer,
  RESUMED,
  runOf,
} from "./peer.ts";

function closeCodeOf(
  effects: ReturnType<typeof framesOf> | readonly unknown[],
) {
  const [first] = effects as readonly { type: string; closeCode?: number }[];
  return first?.type === "disconnect" ? first.closeCode : undefined;
}

Deno.test("onAttachedFrame() delivers in order, and drops what it has seen", () => {
  const peer = openPeer();
  assertEquals(peer.hear("m1|a"), [{
    type: "deliver",
    index: 1,
    seq: 1,
    generation: "g1",
    data: "a",
  }]);
  assertEquals(peer.hear("m1|a"), []);
  assertEquals(closeCodeOf(peer.hear("m3|c")), 4400);
});

for (const second of ["m2,1|bc", "m2|bc"]) {
  Deno.test(`onAttachedFrame() takes frames that came together as one by one, with ${second}`, () => {
    const frames = ["m1|a", second, "m3|d"];
    const [one, together] = [openPeer(), openPeer()];
    for (const peer of [one, together]) peer.send(7, 8);
    const single = frames.flatMap((frame) => one.hear(frame));
    const run = runOf(...frames);
    const effects = together.tell({
      type: "received",
      connection: 1,
      frame: run,
    });
    assertEquals(together.state, one.state);
    assertEquals(effects, [
      { type: "deliver-run", index: 1, seq: 1, generation: "g1", run },
      ...only(single, "accepted"),
    ]);
  });
}

Deno.test("onAttachedFrame() takes no frames together that are not next", () => {
  const peer = openPeer();
  const frame = runOf("m2|a");
  const tell = () => peer.tell({ type: "received", connection: 1, frame });
  assertThrows(tell, TypeError, "takesRun()");
});

Deno.test("onAttachedFrame() refuses more than was granted", () => {
  const peer = openPeer({ capacity: { messages: 1, bytes: 10 } });
  peer.hear("m1|a");
  assertEquals(closeCodeOf(peer.hear("m2|b")), 4400);
});

Deno.test("an acknowledgement rides on data, once", () => {
  const peer = openPeer();
  peer.hear("m1|a");
  peer.tell({ type: "consumed", index: 1 });
  assertEquals(peer.send(1, 2), ["m1,1|m1", "m2|m2"]);
  peer.now = 1_000;
  assertEquals(peer.tell({ type: "due" }), []);
});

Deno.test("credit is renewed with a quarter of the window", () => {
  const peer = openPeer();
  peer.hear("m1|a");
  peer.hear("m2|b");
  assertEquals(peer.tell({ type: "consumed", index: 1 }), []);
  // 8 messages at most: 2 that are consumed are a quarter.
  assertEquals(framesOf(peer.tell({ type: "consumed", index: 2 })), [
    "a2,a,ru|",
  ]);
});

Deno.test("consumed counts up to what was delivered, also without a connection", () => {
  const peer = openPeer();
  peer.hear("m1|a");
  peer.tell({ type: "disconnected", connection: 1 });
  assertEquals(peer.tell({ type: "consumed", index: 99 }), []);
  assertEquals(controlOf(peer.connect(2)).ack, 1);
});

Deno.test("onAttachedFrame() reports what the server accepted, wherever it says so", () => {
  const peer = openPeer();
  peer.send(1, 2, 3);
  const alone = peer.hear("a1,5,rs|");
  assertEquals(only(alone, "accepted"), [{ type: "accepted", id: 1, seq: 1 }]);
  const [deliver, accepted] = peer.hear("m1,2|x");
  assertEquals([deliver?.type, accepted?.type], ["deliver", "accepted"]);
  const pong = peer.hear("q7,3|");
  assertEquals(pong.map(({ type }) => type), ["accepted", "pong"]);
  assertEquals(peer.hear("a3,5,rs|"), []);
});

Deno.test("onAttachedFrame() refuses acknowledgements and credit that cannot be", () => {
  for (const frame of ["a2,5,rs|", "a0,3,rs|", "a0,5,0|", "m1,2|x", "q1,2|"]) {
    const peer = openPeer();
    peer.send(1);
    const closes = only(peer.hear(frame), "disconnect");
    assertEquals(closes.map(({ closeCode }) => closeCode), [4400], frame);
  }
});

Deno.test("onAttachedFrame() answers a ping, with an acknowledgement", () => {
  const peer = openPeer();
  assertEquals(framesOf(peer.hear("p7|")), ["q7,0|"]);
  peer.hear("m1|a");
  peer.tell({ type: "consumed", index: 1 });
  assertEquals(framesOf(peer.hear("p8|")), ["q8,1|"]);
  assertEquals(framesOf(peer.hear("p9|")), ["q9,1|"]);
});

Deno.test("onAttachedFrame() notes a generation, and where it began", () => {
  const peer = openPeer();
  peer.hear("m1|a");
  peer.hearControl({ op: "gen", gen: "g2" });
  const [deliver] = peer.hear("m2|b");
  assert(deliver?.type === "deliver");
  assertEquals(deliver.generation, "g2");
  peer.tell({ type: "disconnected", connection: 1 });
  assertEquals(controlOf(peer.connect(2)).have, [["g2", 2], ["g1", 1]]);
});

Deno.test("onAttachedFrame() tells a gap, and acknowledges beyond it", () => {
  const peer = openPeer();
  peer.hear("m1|a");
  const effects = peer.hearControl({
    op: "gap",
    from: 2,
    to: 4,
    why: "trimmed",
  });
  assertEquals(effects[0], {
    type: "missed",
    why: "trimmed",
    range: { first: 2, last: 4 },
    generation: "g1",
  });
  assertEquals(peer.hear("m5|b").length, 1);
  peer.tell({ type: "consumed", index: 1 });
  assertEquals(framesOf(peer.tell({ type: "flush" })), ["a4,c,rt|"]);
  const late = { op: "gap", from: 9, to: 9, why: "trimmed" } as const;
  assertEquals(closeCodeOf(peer.hearControl(late)), 4400);
});

Deno.test("onAttachedFrame() passes errors on, and ignores what it does not know", () => {
  const peer = openPeer();
  assertEquals(peer.hearControl({ op: "error", message: "tea" }), [
    { type: "error", message: "tea" },
  ]);
  assertEquals(peer.hear('c|{"op":"topics"}'), []);
  assertEquals(peer.state.kind, "attached");
});

Deno.test("onAttachedFrame() refuses control messages out of place", () => {
  const greeting = { attempt: 1, instance: "i", window: [1, 1] as const };
  const rest = { protocols: [], maxMessage: 1, ttl: 1 };
  const resume = { token: "t", have: [["g", 0]] as const, ack: 0 };
  const wrong: readonly KnownControl[] = [
    { op: "open", ...greeting, ...rest },
    { op: "opened", ...OPENED },
    { op: "resume", ...greeting, ...rest, ...resume, first: 1, last: 0 },
    RESUMED,
    { op: "lost", why: "ended", opened: OPENED },
    { op: "auth", auth: "x" },
    { op: "again", upTo: 1 },
    { op: "bye", ack: 0 },
  ];
  for (const control of wrong) {
    assertEquals(
      closeCodeOf(openPeer().hearControl(control)),
      4400,
      control.op,
    );
  }
});

Deno.test("messages wait for credit, and go when it comes", () => {
  const peer = openPeer();
  peer.send(1, 2, 3, 4);
  peer.tell({ type: "disconnected", connection: 1 });
  peer.connect(2);
  const resumed = peer.hearControl({ ...RESUMED, window: [1, 1_000] }, 2);
  assertEquals(framesOf(resumed), ["m1|m1"]);
  assertEquals(framesOf(peer.hear("a1,3,rs|", 2)), ["m2|m2", "m3|m3"]);
});
