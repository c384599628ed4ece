import { assertEquals } from "@std/assert";
import type { KnownControl } from "../../../lib/session/wire/control.ts";
import {
  closeCodeOf,
  framesOf,
  only,
  OPEN,
  openedPeer,
  RESUME,
  resumedPeer,
  runningPeer,
  stored,
  typesOf,
} from "./peer.ts";

const NEW = {
  session: "s",
  token: "t",
  gen: "g",
  window: [1, 1],
  protocol: "",
  ttl: 1,
  maxMessage: 1,
} as const;

Deno.test("onAttachedFrame() claims a message before it is handled", () => {
  const peer = openedPeer();
  const [claim] = only(peer.hear("m1|a"), "accept");
  assertEquals([claim?.step.handled, claim?.step.claim], [0, 1]);
  const handle = {
    type: "handle",
    seq: 1,
    data: "a",
    redelivered: false,
  } as const;
  assertEquals(peer.accepted(), [handle]);
});

Deno.test("onAttachedFrame() drops what it has seen, and refuses what is out of order", () => {
  const peer = runningPeer();
  assertEquals(peer.hear("m1|a"), []);
  assertEquals(closeCodeOf(peer.hear("m3|c")), 4400);
});

Deno.test("onAttachedFrame() refuses more than was granted", () => {
  const peer = openedPeer({ capacity: { messages: 1, bytes: 100 } });
  peer.hear("m1|a");
  assertEquals(closeCodeOf(peer.hear("m2|b")), 4400);
  const narrow = openedPeer({ capacity: { messages: 9, bytes: 1 } });
  narrow.hear("m1|a");
  assertEquals(closeCodeOf(narrow.hear("m2|b")), 4400);
});

Deno.test("onAttachedFrame() takes a malformed frame for the end of the connection", () => {
  const peer = openedPeer();
  assertEquals(closeCodeOf(peer.hear("?")), 4400);
  assertEquals(peer.state.kind, "closed");
});

Deno.test("onAttachedFrame() tells the store what the client consumed", () => {
  const peer = openedPeer();
  peer.tell({ type: "appended", last: 3, messages: stored(1, 2, 3) });
  const ackOf = (frame: string) => {
    const [accept] = only(peer.hear(frame), "accept");
    peer.accepted(3);
    return accept?.step.ack;
  };
  assertEquals(ackOf("a1,5,rs|"), 1);
  assertEquals(ackOf("a1,6,rs|"), undefined);
  assertEquals(ackOf("q1,2|"), 2);
  assertEquals(ackOf("m1,3|a"), 3);
});

Deno.test("onAttachedFrame() refuses acknowledgements and credit that cannot be", () => {
  for (const frame of ["a1,4,rs|", "a0,3,rs|", "a0,4,0|", "m1,1|a", "q1,1|"]) {
    assertEquals(closeCodeOf(openedPeer().hear(frame)), 4400, frame);
  }
});

Deno.test("the first frame proves that the client has the new token", () => {
  const { peer } = resumedPeer();
  const [accept] = only(peer.hear("p1|"), "accept");
  assertEquals(accept?.step.counter, 5);
  peer.accepted();
  assertEquals(typesOf(peer.hear("p2|")), ["transmit"]);
});

Deno.test("onAttachedFrame() answers a ping, with an acknowledgement", () => {
  const peer = openedPeer();
  assertEquals(framesOf(peer.hear("p7|")), ["q7,0|"]);
  peer.hear("m1|a");
  peer.accepted();
  peer.handled(1);
  peer.accepted();
  assertEquals(framesOf(peer.hear("p8|")), ["q8,1|"]);
  assertEquals(only(peer.hear("q9,0|"), "pong"), [{ type: "pong", n: 9 }]);
});

Deno.test("onAttachedFrame() has a renewed token looked at", () => {
  const effects = openedPeer().hearControl({ op: "auth", auth: "new" });
  assertEquals(effects, [{ type: "authenticate", auth: "new" }]);
});

Deno.test("onAttachedFrame() flags what the client sends again", () => {
  const peer = openedPeer();
  assertEquals(peer.hearControl({ op: "again", upTo: 1 }), []);
  peer.hear("m1|a");
  peer.hear("m2|b");
  assertEquals(only(peer.accepted(), "handle")[0]?.redelivered, true);
  peer.handled(1);
  peer.accepted();
  assertEquals(only(peer.accepted(), "handle")[0]?.redelivered, undefined);
});

Deno.test("bye ends the session when all that came is handled", () => {
  const peer = runningPeer();
  assertEquals(peer.hearControl({ op: "bye", ack: 0 }), []);
  assertEquals(peer.hear("m2|b"), [], "nothing comes after it");
  peer.handled(1);
  const [end] = only(peer.accepted(), "end");
  assertEquals(end?.lease.session, "s");
  assertEquals(peer.tell({ type: "wanted", fence: 1 }), []);
  const late = { type: "appended", last: 1, messages: stored(1) } as const;
  assertEquals(peer.tell(late), []);
  const ended = {
    kind: "ended",
    accepted: 1,
    claimed: 1,
    node: "A",
    unconsumed: [],
  } as const;
  const effects = peer.tell({ type: "ended", answer: ended });
  assertEquals(typesOf(effects), ["news", "close", "closed"]);
  assertEquals(closeCodeOf(effects), 1000);
});

Deno.test("onAttachedFrame() ignores what it does not know", () => {
  const peer = openedPeer();
  assertEquals(peer.hear('c|{"op":"topics"}'), []);
  assertEquals(peer.hearControl({ op: "error", message: "x" }), []);
  assertEquals(peer.state.kind, "attached");
});

Deno.test("onAttachedFrame() refuses control messages out of place", () => {
  const wrong: readonly KnownControl[] = [
    OPEN,
    RESUME,
    { op: "opened", ...NEW },
    {
      op: "resumed",
      ...{ token: "t", got: 0, at: 0, last: 0, gen: "g", uncertain: 0 },
      ...{ orphans: 0, forgotten: 0, window: [1, 1], maxMessage: 1 },
    },
    { op: "lost", why: "ended", opened: NEW },
    { op: "gen", gen: "g" },
    { op: "gap", from: 1, to: 1, why: "trimmed" },
    { op: "moving", after: 0, spread: 0 },
  ];
  for (const control of wrong) {
    assertEquals(
      closeCodeOf(openedPeer().hearControl(control)),
      4400,
      control.op,
    );
  }
});

Deno.test("a session that is wanted elsewhere is let go at once if nothing runs", () => {
  const peer = openedPeer();
  assertEquals(peer.tell({ type: "wanted", fence: 0 }), []);
  const effects = peer.tell({ type: "wanted", fence: 1 });
  assertEquals(typesOf(effects), ["detach", "news", "close", "closed"]);
  assertEquals(closeCodeOf(effects), 4409);
});

Deno.test("a fenced session starts nothing, and its handler hears of it", () => {
  const peer = runningPeer();
  assertEquals(peer.tell({ type: "fenced", fence: 0, why: "taken" }), []);
  const effects = peer.tell({ type: "fenced", fence: 1, why: "taken" });
  assertEquals(typesOf(effects), ["abort", "close", "closed"]);
  assertEquals(closeCodeOf(effects), 4409);
  assertEquals(peer.handled(1), []);
});

Deno.test("a session that others ended is closed for the client to learn its fate", () => {
  const peer = runningPeer();
  const effects = peer.tell({ type: "fenced", fence: 1, why: "ended" });
  assertEquals(typesOf(effects), ["abort", "close", "closed"]);
  assertEquals(closeCodeOf(effects), 4410);
});
