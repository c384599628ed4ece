import { assert, assertEquals } from "@std/assert";
import { mayBegin } from "../../../lib/session/server/lease.ts";
import { closeCodeOf, only, runningPeer, type ServerPeer } from "./peer.ts";

/** Whether the handler may begin with the message that it has. */
function isSure({ state, config, now }: ServerPeer): boolean {
  assert(state.kind === "attached");
  return mayBegin(state, { config, now });
}

/** How many steps the store was asked for. */
function renew(peer: ServerPeer): number {
  return only(peer.tell({ type: "renew" }), "accept").length;
}

Deno.test("mayBegin() counts from when a step was asked for, not from its answer", () => {
  const peer = runningPeer();
  const { takeoverTimeout } = peer.config;
  peer.now = takeoverTimeout - 1;
  assertEquals(isSure(peer), true);
  peer.now = takeoverTimeout;
  assertEquals(isSure(peer), false);
  assertEquals(renew(peer), 1);
  assertEquals(isSure(peer), false);
  peer.accepted();
  assertEquals(isSure(peer), true);
  // The answer to the next step waited for a process that was stopped.
  peer.hear("m2|b");
  peer.handled(1);
  peer.now += takeoverTimeout;
  peer.accepted();
  assertEquals(isSure(peer), false);
});

/** The store answers a renewal when it is too late to be sure by it. */
function renewLate(peer: ServerPeer): void {
  assertEquals(renew(peer), 1);
  // There is an answer to come.
  assertEquals(renew(peer), 0);
  peer.now += peer.config.takeoverTimeout;
  peer.accepted();
}

/** A message waits for its handler, and the store has answered too late twice. */
function latePeer(): ServerPeer {
  const peer = runningPeer();
  peer.now = peer.config.takeoverTimeout;
  renewLate(peer);
  assertEquals(isSure(peer), false, "it may have been stopped meanwhile");
  renewLate(peer);
  assertEquals(isSure(peer), true);
  return peer;
}

Deno.test("mayBegin() asks a slow store twice for each message", () => {
  const peer = latePeer();
  peer.handled(1);
  assertEquals(isSure(peer), false);
});

Deno.test("mayBegin() has a message that failed ask again", () => {
  const peer = latePeer();
  peer.tell({ type: "failed", seq: 1 });
  assertEquals(isSure(peer), false);
});

Deno.test("mayBegin() forgets a late answer if nothing begins at once", () => {
  const peer = latePeer();
  peer.tell({ type: "appended", last: 1, messages: [] });
  assertEquals(isSure(peer), false);
});

Deno.test("a renewal without a lease ends the connection", () => {
  const peer = runningPeer();
  renew(peer);
  const fenced = { kind: "fenced" } as const;
  const effects = peer.tell({ type: "accepted", answer: fenced });
  assertEquals(closeCodeOf(effects), 4409);
});
