import { assert, assertEquals } from "@std/assert";
import { begunOf, following } from "../../../lib/session/server/claim.ts";
import { only, openedPeer, resumedPeer, type ServerPeer } from "./peer.ts";

const QUICK = {
  capacity: { messages: 40, bytes: 1_000 },
  maxQuickClaim: 100,
  tellDelay: 5,
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
