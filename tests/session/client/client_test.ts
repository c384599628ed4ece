import { assert, assertEquals } from "@std/assert";
import {
  clientDeadline,
  clientTransition,
  takesRun,
} from "../../../lib/session/client/client.ts";
import { newClient } from "../../../lib/session/client/state.ts";
import {
  ClientPeer,
  CONFIG,
  controlOf,
  framesOf,
  message,
  only,
  OPENED,
  openPeer,
  RESUMED,
  runOf,
} from "./peer.ts";

Deno.test("clientTransition() leaves events of other connections alone", () => {
  const peer = openPeer();
  const before = peer.state;
  assertEquals(peer.hear("m1|x", 7), []);
  assertEquals(peer.tell({ type: "disconnected", connection: 7 }), []);
  assertEquals(peer.state, before);
  const fresh = new ClientPeer();
  assertEquals(fresh.hear("m1|x"), []);
});

Deno.test("clientTransition() leaves a connection that breaks the protocol", () => {
  const peer = openPeer();
  const [effect] = peer.hear("?");
  assertEquals(effect?.type === "disconnect" && effect.closeCode, 4400);
  assertEquals(peer.state.kind, "detached");
});

Deno.test("takesRun() says whether frames may be received as one", () => {
  const run = runOf("m1|a", "m2|b");
  assertEquals(takesRun(new ClientPeer().state, run), false);
  const peer = openPeer();
  assertEquals(takesRun(peer.state, run), true);
  assertEquals(takesRun(peer.state, runOf("m2|b")), false);
  peer.hear("m1|a");
  assertEquals(takesRun(peer.state, run), false);
});

Deno.test("clientTransition() sends pings, tokens and acknowledgements when asked", () => {
  const peer = openPeer();
  assertEquals(framesOf(peer.tell({ type: "ping", n: 7 })), ["p7|"]);
  const auth = peer.tell({ type: "authenticate", auth: "secret" });
  assertEquals(controlOf(auth), { op: "auth", auth: "secret" });
  assertEquals(peer.tell({ type: "flush" }), []);
  peer.hear("m1|x");
  peer.tell({ type: "consumed", index: 1 });
  assertEquals(framesOf(peer.tell({ type: "flush" })), ["a1,9,rt|"]);
  peer.tell({ type: "disconnected", connection: 1 });
  assertEquals(peer.tell({ type: "ping", n: 8 }), []);
});

Deno.test("clientDeadline() is when an acknowledgement, an answer or the end is due", () => {
  const peer = new ClientPeer();
  assertEquals(clientDeadline(peer.state), Infinity);
  peer.now = 1_000;
  peer.connect();
  assertEquals(clientDeadline(peer.state), 6_000);
  peer.hearControl({ op: "opened", ...OPENED });
  assertEquals(clientDeadline(peer.state), Infinity);
  peer.hear("m1|x");
  peer.tell({ type: "consumed", index: 1 });
  assertEquals(clientDeadline(peer.state), 1_100);
  peer.now = 1_100;
  assertEquals(framesOf(peer.tell({ type: "due" })), ["a1,9,rt|"]);
  assertEquals(peer.tell({ type: "due" }), []);
  peer.send(1);
  peer.tell({ type: "close" });
  assertEquals(clientDeadline(peer.state), 3_100);
  peer.tell({ type: "disconnected", connection: 1 });
  assertEquals(clientDeadline(peer.state), 3_100);
});

Deno.test("clientTransition() gives up on an answer that does not come", () => {
  const peer = new ClientPeer();
  peer.connect();
  peer.now = 4_999;
  assertEquals(peer.tell({ type: "due" }), []);
  peer.now = 5_000;
  const [effect] = peer.tell({ type: "due" });
  assertEquals(effect?.type === "disconnect" && effect.closeCode, 4408);
  assertEquals(peer.state.kind, "detached");
});

Deno.test("clientTransition() says good-bye when all is accepted", () => {
  const peer = openPeer();
  peer.send(1);
  peer.hear("m1|x");
  peer.tell({ type: "consumed", index: 1 });
  assertEquals(peer.tell({ type: "close" }), []);
  assertEquals(peer.tell({ type: "close" }), []);
  const effects = peer.hear("a1,5,rs|");
  assertEquals(only(effects, "accepted"), [{
    type: "accepted",
    id: 1,
    seq: 1,
  }]);
  assertEquals(framesOf(effects)[0], "a1,9,rt|", "acknowledged before bye");
  assertEquals(controlOf(effects), { op: "bye", ack: 1 });
  assertEquals(effects.slice(-2).map(({ type }) => type), [
    "disconnect",
    "ended",
  ]);
  assertEquals(peer.state.kind, "ended");
  assertEquals([peer.connect(), clientDeadline(peer.state)], [[], Infinity]);
});

Deno.test("clientTransition() ends at once when nothing waits", () => {
  const fresh = new ClientPeer();
  assertEquals(fresh.tell({ type: "close" }), [{ type: "ended" }]);
  const open = openPeer();
  assertEquals(controlOf(open.tell({ type: "close" })), { op: "bye", ack: 0 });
});

Deno.test("clientTransition() waits for an answer before it ends", () => {
  const peer = new ClientPeer();
  peer.connect();
  assertEquals(peer.tell({ type: "close" }), []);
  const effects = peer.hearControl({ op: "opened", ...OPENED });
  assertEquals(controlOf(effects), { op: "bye", ack: 0 });
  assertEquals(peer.state.kind, "ended");
  const cut = new ClientPeer();
  cut.connect();
  cut.tell({ type: "close" });
  const end = cut.tell({ type: "disconnected", connection: 1 });
  assertEquals(end, [{ type: "ended" }]);
});

Deno.test("clientTransition() tells what is not accepted when it waits no longer", () => {
  const peer = openPeer();
  peer.send(1, 2);
  peer.tell({ type: "close" });
  peer.now = 2_000;
  const [dropped, ...rest] = peer.tell({ type: "due" });
  assertEquals(dropped, {
    type: "dropped",
    why: "unknown",
    range: { first: 1, last: 2 },
    messages: [message(1), message(2)],
  });
  assertEquals(rest.map(({ type }) => type), ["disconnect", "ended"]);
});

Deno.test("clientTransition() tells it without a connection as well", () => {
  const peer = openPeer();
  peer.send(1);
  peer.tell({ type: "close" });
  peer.tell({ type: "disconnected", connection: 1 });
  assertEquals(peer.state.kind, "detached");
  assertEquals(peer.tell({ type: "due" }), []);
  peer.now = 2_000;
  const effects = peer.tell({ type: "due" });
  assertEquals(effects.map(({ type }) => type), ["dropped", "ended"]);
});

Deno.test("clientTransition() ends a connection without a session in time", () => {
  const peer = new ClientPeer();
  peer.connect();
  peer.tell({ type: "close" });
  peer.now = 2_000;
  const effects = peer.tell({ type: "due" });
  assertEquals(effects.map(({ type }) => type), ["disconnect", "ended"]);
});

Deno.test("clientTransition() moves after a random delay, and acknowledges first", () => {
  const peer = openPeer();
  peer.random = 0.5;
  peer.hear("m1|x");
  peer.tell({ type: "consumed", index: 1 });
  const asked = peer.hearControl({ op: "moving", after: 100, spread: 1_000 });
  assertEquals(framesOf(asked), ["a1,9,rt|"]);
  assertEquals(clientDeadline(peer.state), 600);
  peer.hear("m2|y");
  peer.tell({ type: "consumed", index: 2 });
  peer.now = 600;
  const [ack, left] = peer.tell({ type: "due" });
  assert(ack?.type === "transmit" && left?.type === "disconnect");
  assertEquals(left.closeCode, 4012);
  const resume = controlOf(peer.connect(2));
  assertEquals([resume.op, resume.ack], ["resume", 2]);
  peer.hearControl({ ...RESUMED, at: 2, last: 2 }, 2);
  assertEquals(peer.state.kind, "attached");
});

Deno.test("clientTransition() does not change the state that it is given", () => {
  const state = newClient("i");
  const copy = structuredClone(state);
  const context = { config: CONFIG, now: 0, random: 0 };
  clientTransition(state, { type: "connected", connection: 1 }, context);
  assertEquals(state, copy);
});
