import { assert, assertEquals } from "@std/assert";
import {
  framesOf,
  only,
  openedPeer,
  resumedPeer,
  type ServerPeer,
  stored,
} from "./peer.ts";

function append(peer: ServerPeer, last: number, ...seqs: readonly number[]) {
  return peer.tell({ type: "appended", last, messages: stored(...seqs) });
}

Deno.test("pump() sends what a notice brings", () => {
  const peer = openedPeer();
  assertEquals(framesOf(append(peer, 2, 1, 2)), ["m1|d1", "m2|d2"]);
  assertEquals(append(peer, 2, 1, 2), [], "a notice that comes twice");
});

Deno.test("pump() reads what a notice does not bring, once at a time", () => {
  const peer = openedPeer();
  const read = { type: "read", session: "s", after: 0, limit: 4 } as const;
  assertEquals(append(peer, 2), [read]);
  assertEquals(append(peer, 3, 3), []);
  const sent = peer.tell({ type: "read", messages: stored(1, 2) });
  assertEquals(framesOf(sent), ["m1|d1", "m2|d2"]);
  assertEquals(only(sent, "read"), [{ ...read, after: 2, limit: 2 }]);
});

Deno.test("pump() stops at the client's credit, and goes on with it", () => {
  const peer = openedPeer();
  const sent = framesOf(append(peer, 6, 1, 2, 3, 4, 5, 6));
  assertEquals(sent.length, 4);
  assertEquals(framesOf(peer.hear("a2,6,rs|")), ["m5|d5", "m6|d6"]);
  assertEquals(append(peer, 9), []);
});

Deno.test("pump() lets acknowledgements ride", () => {
  const peer = openedPeer();
  peer.hear("m1|a");
  peer.accepted();
  peer.handled(1);
  peer.accepted();
  assertEquals(framesOf(append(peer, 2, 1, 2)), ["m1,1|d1", "m2|d2"]);
});

Deno.test("pump() announces a generation before its first message", () => {
  const lineage = [
    { generation: "g1", first: 1 },
    { generation: "g2", first: 3 },
  ];
  const { peer } = resumedPeer({ lineage, at: 1, trimmed: 1, last: 3 }, {
    have: [["g1", 1]],
  });
  const sent = peer.tell({ type: "read", messages: stored(2, 3) });
  assertEquals(framesOf(sent), ["m2|d2", 'c|{"op":"gen","gen":"g2"}', "m3|d3"]);
});

Deno.test("skipGap() announces the generation in which numbers go on", () => {
  const lineage = [
    { generation: "g1", first: 1 },
    { generation: "g2", first: 3 },
  ];
  const { effects } = resumedPeer({ lineage, at: 1, trimmed: 4, last: 4 }, {
    have: [["g1", 1]],
  });
  assertEquals(framesOf(effects).slice(1), [
    'c|{"op":"gen","gen":"g2"}',
    'c|{"op":"gap","from":2,"to":4,"why":"trimmed"}',
  ]);
});

Deno.test("a read tells what was dropped meanwhile, and may find nothing", () => {
  const peer = openedPeer();
  append(peer, 5);
  assertEquals(peer.tell({ type: "read", messages: [] }), []);
  append(peer, 6);
  const sent = peer.tell({ type: "read", messages: stored(3) });
  assertEquals(framesOf(sent), [
    'c|{"op":"gap","from":1,"to":2,"why":"trimmed"}',
    "m3|d3",
  ]);
});

Deno.test("absorb() keeps no more than one reading at a time", () => {
  const { peer } = resumedPeer({}, { window: [0, 0] });
  const seqs = Array.from({ length: 300 }, (_, index) => index + 1);
  append(peer, 300, ...seqs);
  assert(peer.state.kind === "attached");
  assertEquals([peer.state.buffer.last, peer.state.last], [256, 300]);
});

Deno.test("absorb() takes what follows, up to the first gap", () => {
  const { peer } = resumedPeer({}, { window: [0, 0] });
  const kept = () => {
    assert(peer.state.kind === "attached");
    const { buffer, last } = peer.state;
    return [buffer.first, buffer.last, last];
  };
  append(peer, 7, 2, 3);
  assertEquals(kept(), [1, 0, 7]);
  append(peer, 7, 1, 2, 4);
  assertEquals(kept(), [1, 2, 7]);
  append(peer, 7, 1, 2, 3);
  assertEquals(kept(), [1, 3, 7]);
});

Deno.test("pump() announces a generation between two messages", () => {
  const { peer } = resumedPeer({
    lineage: [{ generation: "g1", first: 1 }, { generation: "g2", first: 2 }],
  });
  assertEquals(framesOf(append(peer, 2, 1, 2)).slice(-2), [
    'c|{"op":"gen","gen":"g2"}',
    "m2|d2",
  ]);
});

Deno.test("nothing is sent to a client that is gone", () => {
  const peer = openedPeer();
  append(peer, 5);
  peer.hear("m1|a");
  peer.tell({ type: "disconnected" });
  assertEquals(peer.tell({ type: "read", messages: stored(1) }), []);
  assertEquals(append(peer, 6, 6), []);
});
