import { assert, assertEquals } from "@std/assert";
import { begunOf, following } from "../../../lib/session/server/claim.ts";
import { only, openedPeer, resumedPeer, type ServerPeer } from "./peer.ts";

const QUICK = {
  capacity: { messages: 40, bytes: 1_000 },
  maxQuickClaim: 100,
  reportDelay: 5,
};

/** Handles what is claimed, in this time; says how much is claimed next. */
function claimAfter(peer: ServerPeer, milliseconds: number): number {
  peer.accepted();
  assert(peer.state.kind === "attached");
  peer.now += milliseconds;
  const before = peer.state.claimed;
  const [accept] = only(peer.handled(before), "accept");
  return accept!.step.claim - before;
}

function floodedPeer(config: Parameters<typeof openedPeer>[0] = {}) {
  const peer = openedPeer({ ...QUICK, ...config });
  for (let seq = 1; seq <= 40; seq += 1) peer.hear(`m${seq.toString(36)}|a`);
  // The first one was claimed alone, as it came.
  assertEquals(claimAfter(peer, 0), 2);
  return peer;
}

Deno.test("paceAfter() doubles a claim that was handled quickly", () => {
  const peer = floodedPeer();
  assertEquals(claimAfter(peer, 4), 4);
  assertEquals(claimAfter(peer, 4), 8);
  assertEquals(claimAfter(peer, 4), 10, "a quarter of the window");
  assertEquals(claimAfter(peer, 5), 2, "it took too long");
});

Deno.test("paceAfter() claims whole messages of any window", () => {
  for (const messages of [41, 42, 43]) {
    const peer = floodedPeer({ capacity: { messages, bytes: 1_000 } });
    const claims = [1, 2, 3].map(() => claimAfter(peer, 0));
    assertEquals(claims, [4, 8, 10]);
  }
});

Deno.test("paceAfter() keeps to the most, and never falls below the least", () => {
  const few = floodedPeer({ maxQuickClaim: 3 });
  assertEquals([claimAfter(few, 0), claimAfter(few, 0)], [3, 3]);
  const none = floodedPeer({ maxQuickClaim: 1 });
  assertEquals(claimAfter(none, 0), 2);
});

Deno.test("paceAfter() learns nothing from a claim that was not full", () => {
  const peer = openedPeer(QUICK);
  for (const frame of ["m1|a", "m2|b", "m3|c", "m4|d", "m5|e", "m6|f"]) {
    peer.hear(frame);
    peer.accepted();
    assert(peer.state.kind === "attached");
    peer.handled(peer.state.running);
    assertEquals(peer.state.pace.size, 2);
  }
});

Deno.test("claimOf() gives back what has not begun when another one waits", () => {
  const peer = floodedPeer();
  peer.accepted();
  assert(peer.state.kind === "attached");
  const { running, claimed } = peer.state;
  assertEquals([running, claimed], [2, 3]);
  const [accept] = only(peer.tell({ type: "wanted", fence: 9 }), "accept");
  assertEquals(accept?.step.claim, running);
});

Deno.test("begunOf() counts a message whose handler failed", () => {
  const state = { running: 0, handled: 4, failures: 0 };
  assertEquals(begunOf(state), 4);
  assertEquals(begunOf({ ...state, running: 5 }), 5);
  assertEquals(begunOf({ ...state, failures: 1 }), 5);
});

Deno.test("following() is sure of nothing that may have been handled, or while it leaves", () => {
  const { peer } = resumedPeer({ uncertain: 2 }, { last: 3 });
  for (const frame of ["m1|a", "m2|b"]) peer.hear(frame);
  peer.accepted();
  assert(peer.state.kind === "attached");
  const { state, config, now } = peer;
  const context = { config, now };
  const claimed = { ...state, claimed: 2 };
  assertEquals(following(claimed, 1, context), undefined);
  const sure = { ...claimed, uncertain: 1 };
  assertEquals(following(sure, 1, context)?.data, "b");
  const departure = { kind: "detach" } as const;
  assertEquals(following({ ...sure, departure }, 1, context), undefined);
  // A renewal was for the message before.
  const late = { config, now: now + config.takeoverTimeout };
  const renewed = { ...sure, renewal: "twice" } as const;
  assertEquals(following(renewed, 1, late), undefined);
});

const AHEAD = { claimAhead: 50 };

/** Two messages, one soon after the other, are handled and accepted. */
function aheadPeer(config: Parameters<typeof openedPeer>[0] = {}): ServerPeer {
  const peer = openedPeer({ ...AHEAD, ...config });
  for (const seq of [1, 2]) {
    peer.now += 10;
    peer.hear(`m${seq}|a`);
    assert(peer.state.kind === "attached");
    if (peer.state.claimed < seq) peer.accepted();
    peer.handled(seq, "reply");
    peer.accepted(seq);
  }
  return peer;
}

/** How many messages were claimed that have not come. */
function claimedAhead({ state }: ServerPeer): number {
  assert(state.kind === "attached");
  return state.claimed - state.queue.last;
}

Deno.test("withAhead() claims the next message along with an acceptance", () => {
  const peer = aheadPeer();
  assertEquals(claimedAhead(peer), 1);
  const effects = peer.hear("m3|b");
  assertEquals(only(effects, "handle").map(({ seq }) => seq), [3]);
  assertEquals(only(effects, "accept"), []);
  const [accept] = only(peer.handled(3, "reply"), "accept");
  assertEquals([accept?.step.handled, accept?.step.claim], [3, 4]);
});

Deno.test("withAhead() claims nothing where messages are rare, or nobody wants it", () => {
  assertEquals(claimedAhead(aheadPeer({ claimAhead: 10 })), 0);
  assertEquals(claimedAhead(aheadPeer({ claimAhead: 0 })), 0);
  const leaving = openedPeer(AHEAD);
  leaving.hear("m1|a");
  leaving.accepted();
  leaving.tell({ type: "disconnected" });
  const [accept] = only(leaving.handled(1, "reply"), "accept");
  assertEquals(accept?.step.claim, 1);
});

Deno.test("withAhead() claims nothing for what is no acceptance", () => {
  const peer = openedPeer(AHEAD);
  peer.tell({
    type: "appended",
    last: 1,
    messages: [{ seq: 1, data: "d", bytes: 1 }],
  });
  const [accept] = only(peer.hear("a1,5,rs|"), "accept");
  assertEquals([accept?.step.ack, accept?.step.claim], [1, 0]);
});

Deno.test("claimOf() gives back what was claimed ahead and has not come in time", () => {
  const peer = aheadPeer();
  assertEquals(peer.deadline, peer.now + 50);
  peer.now += 49;
  assertEquals(only(peer.tell({ type: "due" }), "accept"), []);
  peer.now += 1;
  const [accept] = only(peer.tell({ type: "due" }), "accept");
  assertEquals([accept?.step.handled, accept?.step.claim], [2, 2]);
  // It waits for a claim again, and not only for this answer.
  assertEquals(only(peer.hear("m3|b"), "handle"), []);
  assertEquals(peer.deadline, Infinity);
  const [claim] = only(peer.accepted(2), "accept");
  assertEquals(claim?.step.claim, 3);
  // A message that is rare is followed by none.
  peer.accepted(2);
  const [last] = only(peer.handled(3, "reply"), "accept");
  assertEquals(last?.step.claim, 3);
});

Deno.test("claimOf() gives back what was claimed ahead before it lets go", () => {
  const peer = aheadPeer();
  const effects = peer.tell({ type: "disconnected" });
  assertEquals(only(effects, "accept").map(({ step }) => step.claim), [2]);
  assertEquals(only(effects, "detach"), []);
  assertEquals(only(peer.accepted(2), "detach").length, 1);
});

Deno.test("aheadUntil() is no deadline while the message is handled", () => {
  const peer = aheadPeer();
  peer.hear("m3|b");
  assertEquals(peer.deadline, Infinity);
});

Deno.test("paceOfArrival() counts from when a message that is claimed comes", () => {
  const peer = aheadPeer({ ...QUICK, ...AHEAD, maxClaim: 1 });
  peer.now += 40;
  peer.hear("m3|b");
  peer.handled(3, "reply");
  assert(peer.state.kind === "attached");
  assertEquals(peer.state.pace.size, 2, "as it would be 1 after 40 ms");
});
