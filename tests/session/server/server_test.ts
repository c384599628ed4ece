import { assertEquals } from "@std/assert";
import { serverTransition } from "../../../lib/session/server/server.ts";
import {
  newServer,
  type ServerEvent,
} from "../../../lib/session/server/state.ts";
import {
  ATTACHED,
  attachingPeer,
  closeCodeOf,
  CONFIG,
  LEASE,
  only,
  OPEN,
  openedPeer,
  resumedPeer,
  runningPeer,
  ServerPeer,
  typesOf,
} from "./peer.ts";

function openingPeer(): ServerPeer {
  const peer = new ServerPeer();
  peer.hearControl(OPEN);
  peer.tell({ type: "admitted", principal: "ann" });
  return peer;
}

Deno.test("serverTransition() closes with 4408 what says nothing", () => {
  const peer = new ServerPeer();
  assertEquals(peer.deadline, 10_000);
  peer.now = 9_999;
  assertEquals(peer.tell({ type: "due" }), []);
  peer.now = 10_000;
  const effects = peer.tell({ type: "due" });
  assertEquals([closeCodeOf(effects), peer.state.kind], [4408, "closed"]);
  assertEquals([peer.deadline, peer.tell({ type: "due" })], [Infinity, []]);
});

Deno.test("serverTransition() closes with 4400 what speaks before the answer", () => {
  const admitting = new ServerPeer();
  admitting.hearControl(OPEN);
  assertEquals(admitting.deadline, Infinity);
  for (const peer of [admitting, openingPeer(), attachingPeer()]) {
    assertEquals(closeCodeOf(peer.hear("m1|x")), 4400);
  }
});

Deno.test("serverTransition() lets go of a session that nobody waits for", () => {
  const opening = openingPeer();
  assertEquals(opening.tell({ type: "disconnected" }), []);
  const lease = { ...LEASE, fence: 1 };
  const opened = opening.tell({
    type: "opened",
    lease,
    token: "t",
    protocol: "",
  });
  assertEquals(opened, [
    { type: "detach", lease, ttl: 60_000 },
    { type: "closed" },
  ]);
  const attaching = attachingPeer();
  attaching.tell({ type: "disconnected" });
  const attached = attaching.tell({
    type: "attached",
    answer: ATTACHED,
    token: "t",
  });
  assertEquals(typesOf(attached), ["detach", "closed"]);
});

Deno.test("serverTransition() ends when a client leaves before it has a session", () => {
  const waiting = new ServerPeer();
  assertEquals(waiting.tell({ type: "disconnected" }), [{ type: "closed" }]);
  for (const kind of ["busy", "refused"] as const) {
    const peer = attachingPeer();
    peer.tell({ type: "disconnected" });
    const answer = kind === "busy"
      ? { kind, node: "A" }
      : { kind, why: "ended" as const };
    const effects = peer.tell({ type: "attached", answer, token: "t" });
    assertEquals(effects, [{ type: "closed" }]);
  }
  const asking = attachingPeer();
  const busy = { kind: "busy", node: "A" } as const;
  asking.tell({ type: "attached", answer: busy, token: "t" });
  assertEquals(asking.tell({ type: "disconnected" }), [{ type: "closed" }]);
});

Deno.test("serverTransition() refuses who is not admitted", () => {
  const refused = { type: "refused", closeCode: 4401, reason: "Who?" } as const;
  const peer = new ServerPeer();
  assertEquals(peer.tell(refused), []);
  peer.hearControl(OPEN);
  assertEquals(closeCodeOf(peer.tell(refused)), 4401);
  const attached = openedPeer();
  assertEquals(closeCodeOf(attached.tell(refused)), 4401);
});

Deno.test("serverTransition() closes a session's connection for another principal", () => {
  const peer = openedPeer();
  assertEquals(peer.tell({ type: "admitted", principal: "ann" }), []);
  const effects = peer.tell({ type: "admitted", principal: "bob" });
  assertEquals(typesOf(effects), ["close", "detach", "news", "closed"]);
  assertEquals(closeCodeOf(effects), 4403);
});

Deno.test("serverTransition() closes when the store has restarted", () => {
  for (const peer of [new ServerPeer(), openedPeer(), runningPeer()]) {
    const effects = peer.tell({ type: "rolled-back" });
    assertEquals(closeCodeOf(effects), 4503);
    assertEquals(peer.state.kind, "closed");
  }
});

Deno.test("serverTransition() ignores answers that it did not ask for", () => {
  const early: readonly ServerEvent[] = [
    { type: "admitted", principal: "ann" },
    { type: "opened", lease: LEASE, token: "t", protocol: "" },
    { type: "attached", answer: ATTACHED, token: "t" },
    { type: "accepted", answer: { kind: "accepted", last: 0, bytes: 0 } },
    { type: "read", messages: [] },
    { type: "ended", answer: { kind: "gone" } },
    { type: "handled", seq: 1, replies: [] },
    { type: "failed", seq: 1 },
    { type: "appended", last: 1, messages: [] },
    { type: "wanted", fence: 1 },
    { type: "fenced", fence: 1, why: "taken" },
    { type: "move", after: 0, spread: 0 },
    { type: "ping", n: 1 },
    { type: "due" },
  ];
  for (const event of early) {
    const peer = new ServerPeer();
    assertEquals(peer.tell(event), [], event.type);
    assertEquals(peer.state.kind, "waiting");
  }
  const late: readonly ServerEvent[] = [
    ...early.slice(1, 4),
    { type: "ended", answer: { kind: "gone" } },
    { type: "handled", seq: 1, replies: [] },
    { type: "failed", seq: 1 },
  ];
  for (const event of late) {
    const peer = openedPeer();
    assertEquals(peer.tell(event), [], event.type);
  }
});

Deno.test("serverTransition() asks a holder again, and takes over in the end", () => {
  const peer = attachingPeer();
  const busy = { kind: "busy", node: "A" } as const;
  const event = { type: "attached", answer: busy, token: "t" } as const;
  assertEquals(peer.deadline, Infinity);
  assertEquals([peer.tell(event), peer.deadline], [[], 50]);
  assertEquals(peer.tell({ type: "due" }), []);
  peer.now = 50;
  const [again] = only(peer.tell({ type: "due" }), "attach");
  assertEquals([again?.claim.takeover, peer.deadline], ["ask", Infinity]);
  peer.now = 1_990;
  peer.tell(event);
  assertEquals(peer.deadline, 2_000);
  peer.now = 2_000;
  const [force] = only(peer.tell({ type: "due" }), "attach");
  assertEquals(force?.claim.takeover, "force");
});

Deno.test("serverTransition() counts what a client has waited on connections before", () => {
  const peer = attachingPeer();
  const answer = { kind: "busy", node: "A" } as const;
  peer.now = 1_000;
  peer.tell({ type: "attached", answer, token: "t", busySince: -900 });
  assertEquals(peer.deadline, 1_050);
  peer.now = 1_050;
  peer.tell({ type: "due" });
  peer.tell({ type: "attached", answer, token: "t", busySince: -900 });
  assertEquals(
    peer.deadline,
    1_100,
    "the time of the first answer and the timeout",
  );
});

Deno.test("serverDeadline() of a session is its acknowledgement's", () => {
  const { peer } = resumedPeer();
  assertEquals(peer.deadline, Infinity);
  peer.hear("m1|a");
  peer.accepted();
  peer.handled(1);
  peer.accepted();
  assertEquals(peer.deadline, 100);
  peer.now = 100;
  assertEquals(typesOf(peer.tell({ type: "due" })), ["transmit"]);
  assertEquals(peer.tell({ type: "due" }), []);
});

Deno.test("serverTransition() does not change the state that it is given", () => {
  const context = { config: CONFIG, now: 0 };
  const state = newServer(context);
  const copy = structuredClone(state);
  serverTransition(state, { type: "disconnected" }, context);
  assertEquals(state, copy);
});
