import { assert, assertEquals } from "@std/assert";
import type { ClientConfig } from "../../../lib/session/client/state.ts";
import type { Lost, Resumed } from "../../../lib/session/wire/handshake.ts";
import {
  ClientPeer,
  controlOf,
  framesOf,
  message,
  only,
  OPENED,
  openPeer,
  RESUMED,
} from "./peer.ts";

/** A client that was cut off with messages 1 to 3 sent, and 2 delivered. */
function cutPeer(config: Partial<ClientConfig> = {}): ClientPeer {
  const peer = openPeer(config);
  peer.send(1, 2, 3);
  peer.hear("m1|a");
  peer.hear("m2|b");
  peer.tell({ type: "consumed", index: 1 });
  peer.tell({ type: "disconnected", connection: 1 });
  return peer;
}

function resume(change: Partial<Resumed>, peer = cutPeer()) {
  peer.connect(2);
  const answer = { ...RESUMED, at: 2, last: 2, ...change };
  return { peer, effects: peer.hearControl(answer, 2) };
}

const FATE = { got: 1, uncertain: 2, at: 2, last: 6 };

function lose(
  change: Partial<Lost> = {},
  config: Partial<ClientConfig> = {},
) {
  const peer = cutPeer(config);
  peer.connect(2);
  const opened = { ...OPENED, session: "s2", token: "u1", gen: "g2" };
  const lost: Lost = { op: "lost", why: "ended", opened, ...change };
  return { peer, effects: peer.hearControl(lost, 2) };
}

Deno.test("beginHandshake() asks for a session, and keeps the attempt first", () => {
  const peer = new ClientPeer();
  const effects = peer.connect(1, "secret");
  assertEquals(effects[0], {
    type: "keep",
    attempt: 1,
    ticket: undefined,
    positions: [],
    againTo: 0,
    accepted: 0,
  });
  assertEquals(controlOf(effects), {
    op: "open",
    attempt: 1,
    instance: "i",
    auth: "secret",
    window: [8, 1_000],
    protocols: ["chat"],
    maxMessage: 100,
    ttl: 120_000,
  });
});

Deno.test("beginHandshake() says what the client has, and what it can still send", () => {
  const asked = controlOf(cutPeer().connect(2));
  assertEquals(asked.op, "resume");
  assertEquals([asked.token, asked.attempt], ["t1", 2]);
  assertEquals([asked.have, asked.ack], [[["g1", 2]], 1]);
  assertEquals([asked.first, asked.last], [1, 3]);
  assertEquals(asked.window, [7, 999], "one message is held");
  assertEquals(asked.auth, undefined);
});

Deno.test("beginHandshake() takes the place of a connection that was forgotten", () => {
  const peer = openPeer();
  assertEquals(controlOf(peer.connect(2)).op, "resume");
  assertEquals(peer.hear("m1|x", 1), []);
});

Deno.test("onAnswer() keeps the token before anything is sent", () => {
  const { effects } = resume({ got: 1 });
  assertEquals(effects.map(({ type }) => type), [
    "accepted",
    "keep",
    "news",
    "transmit",
    "transmit",
  ]);
  const [keep] = only(effects, "keep");
  assertEquals(keep?.ticket, { session: "s", token: "t2", protocol: "chat" });
  assertEquals(framesOf(effects), ["m2|m2", "m3|m3"]);
});

Deno.test("onAnswer() says what a store has lost, with numbers", () => {
  const { peer, effects } = resume({ at: 1, orphans: 1, gen: "g2" });
  assertEquals(only(effects, "news")[0]?.news, {
    kind: "resumed",
    ticket: { session: "s", token: "t2", protocol: "chat" },
    orphans: { first: 2, last: 2 },
    forgotten: undefined,
  });
  // The second message 2 is another one.
  const [deliver] = peer.hear("m2|c", 2);
  assertEquals(deliver?.type === "deliver" && deliver.index, 3);
  peer.tell({ type: "consumed", index: 2 });
  assertEquals(peer.tell({ type: "flush" }), []);
  const third = framesOf(peer.tell({ type: "consumed", index: 3 }));
  assertEquals(third, ["a2,a,rt|"]);
});

Deno.test("onAnswer() says which acceptances a store has lost", () => {
  const peer = openPeer();
  peer.send(1, 2);
  peer.hear("a2,6,rs|");
  peer.tell({ type: "disconnected", connection: 1 });
  const { effects } = resume({ got: 2, forgotten: 1, at: 0, last: 0 }, peer);
  const [{ news } = {}] = only(effects, "news");
  assert(news?.kind === "resumed");
  assertEquals(news.forgotten, { first: 2, last: 2 });
});

Deno.test("onAnswer() refuses numbers that do not agree", () => {
  const wrong: readonly Partial<Resumed>[] = [
    { got: 4 },
    { at: 3, last: 3 },
    { at: 1 },
    { orphans: 1 },
    { forgotten: 1 },
  ];
  for (const change of wrong) {
    const [effect] = resume(change).effects;
    assertEquals(effect?.type, "disconnect", JSON.stringify(change));
  }
  const accepted = openPeer();
  accepted.send(1);
  accepted.hear("a1,5,rs|");
  accepted.tell({ type: "disconnected", connection: 1 });
  const back = resume({ got: 0, at: 0, last: 0 }, accepted);
  assertEquals(back.effects[0]?.type, "disconnect");
});

Deno.test("onAnswer() refuses what is no answer to its question", () => {
  const answers = [
    `c|${JSON.stringify({ ...RESUMED })}`,
    `c|${JSON.stringify({ op: "lost", why: "ended", opened: OPENED })}`,
    'c|{"op":"gen","gen":"g"}',
    "m1|x",
  ];
  for (const answer of answers) {
    const peer = new ClientPeer();
    peer.connect();
    assertEquals(peer.hear(answer)[0]?.type, "disconnect", answer);
  }
  const peer = cutPeer();
  peer.connect(2);
  const [effect] = peer.hearControl({ op: "opened", ...OPENED }, 2);
  assertEquals(effect?.type, "disconnect");
});

Deno.test("onAnswer() waits through what it does not know", () => {
  const peer = new ClientPeer();
  peer.connect();
  assertEquals(peer.hear('c|{"op":"topics"}'), []);
  assertEquals(peer.hearControl({ op: "error", message: "x" }), []);
  assertEquals(peer.state.kind, "handshaking");
});

Deno.test("onAnswer() acknowledges what was consumed while it waited", () => {
  const peer = cutPeer();
  peer.connect(2);
  peer.tell({ type: "consumed", index: 2 });
  peer.now = 10;
  peer.hearControl({ ...RESUMED, at: 2, last: 2 }, 2);
  assert(peer.state.kind === "attached");
  // Data went out, and the acknowledgement with it.
  assertEquals(peer.state.receiving.acked, 2);
});

Deno.test("onAnswer() forgets what was accepted, tells what may have been, sends the rest", () => {
  const { peer, effects } = lose(FATE);
  assertEquals(effects.map(({ type }) => type), [
    "accepted",
    "keep",
    "news",
    "dropped",
    "missed",
  ]);
  assertEquals(only(effects, "dropped"), [{
    type: "dropped",
    why: "unknown",
    range: { first: 2, last: 2 },
    messages: [message(2)],
  }]);
  assertEquals(only(effects, "missed")[0]?.range, { first: 3, last: 6 });
  assertEquals(framesOf(peer.tell({ type: "confirmed" })), ["m1|m3"]);
  peer.tell({ type: "disconnected", connection: 2 });
  const asked = controlOf(peer.connect(3));
  assertEquals([asked.token, asked.have], ["u1", [["g2", 0]]]);
});

Deno.test("onAnswer() sends again what may have been handled, if it was asked to", () => {
  const { peer, effects } = lose(FATE, { onUnknown: "resend" });
  const again = 'c|{"op":"again","upTo":1}';
  assertEquals(only(effects, "dropped"), []);
  assertEquals(framesOf(effects), [again]);
  const confirmed = peer.tell({ type: "confirmed" });
  assertEquals(framesOf(confirmed), ["m1|m2", "m2|m3"]);
  // Until it is accepted, each server has to know.
  peer.tell({ type: "disconnected", connection: 2 });
  peer.connect(3);
  const next = { ...RESUMED, gen: "g2" };
  assertEquals(framesOf(peer.hearControl(next, 3))[0], again);
  peer.hear("a1,5,rs|", 3);
  peer.tell({ type: "disconnected", connection: 3 });
  peer.connect(4);
  const last = peer.hearControl({ ...next, got: 1 }, 4);
  assertEquals(framesOf(last), ["m2|m3"]);
});

Deno.test("onAnswer() remembers through a second loss what may have been handled", () => {
  const { peer } = lose(FATE, { onUnknown: "resend" });
  peer.tell({ type: "disconnected", connection: 2 });
  peer.connect(3);
  const nothing = { got: 0, uncertain: 0, at: 0, last: 0 };
  const lost = {
    op: "lost",
    why: "ended",
    opened: OPENED,
    ...nothing,
  } as const;
  const effects = peer.hearControl(lost, 3);
  assertEquals(framesOf(effects)[0], 'c|{"op":"again","upTo":1}');
});

Deno.test("onAnswer() tells each message as unknown if nobody knows its fate", () => {
  const { peer, effects } = lose({ why: "unknown" });
  assertEquals(only(effects, "dropped")[0]?.range, { first: 1, last: 3 });
  assertEquals(only(effects, "missed")[0]?.range, undefined);
  assertEquals(framesOf(effects), []);
  assertEquals(peer.tell({ type: "confirmed" }), []);
});

Deno.test("onAnswer() tells nothing as missing if nothing is", () => {
  const { effects } = lose({ ...FATE, got: 3, uncertain: 3, last: 2 });
  assertEquals(effects.map(({ type }) => type), ["accepted", "keep", "news"]);
});

Deno.test("onAnswer() ends without its session, if it was asked to", () => {
  const { peer, effects } = lose(FATE, { onLost: "close" });
  assertEquals(only(effects, "dropped").map(({ why, range }) => [why, range]), [
    ["unknown", { first: 2, last: 2 }],
    ["session-lost", { first: 3, last: 3 }],
  ]);
  assertEquals(controlOf(effects), { op: "bye", ack: 0 });
  assertEquals(effects.slice(-2).map(({ type }) => type), [
    "disconnect",
    "ended",
  ]);
  assertEquals(peer.state.kind, "ended");
});
