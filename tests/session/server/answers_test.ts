import { assert, assertEquals } from "@std/assert";
import type { Refused } from "../../../lib/session/store/store.ts";
import {
  attachingPeer,
  closeCodeOf,
  framesOf,
  LEASE,
  only,
  OPEN,
  RESUME,
  resumedPeer,
  ServerPeer,
  stored,
  typesOf,
} from "./peer.ts";

function answerOf(effects: ReturnType<ServerPeer["tell"]>) {
  const [frame] = framesOf(effects);
  assert(typeof frame === "string", "No answer");
  return JSON.parse(frame.slice(2));
}

function refuse(answer: Omit<Refused, "kind">) {
  const peer = attachingPeer();
  const event = { ...answer, kind: "refused" } as const;
  return {
    peer,
    effects: peer.tell({ type: "attached", answer: event, token: "" }),
  };
}

Deno.test("onOpened() answers with the new session", () => {
  const peer = new ServerPeer();
  peer.hearControl(OPEN);
  const asked = peer.tell({ type: "admitted", principal: "ann" });
  assertEquals(asked, [{ type: "open", request: OPEN, principal: "ann" }]);
  const effects = peer.tell({
    type: "opened",
    lease: LEASE,
    token: "t1",
    protocol: "chat",
  });
  assertEquals(typesOf(effects), ["news", "transmit"]);
  assertEquals(answerOf(effects), {
    op: "opened",
    session: "s",
    token: "t1",
    gen: "g1",
    window: [8, 1_000],
    protocol: "chat",
    ttl: 60_000,
    maxMessage: 100,
  });
});

Deno.test("onAdmitted() opens a session in place of one with no genuine token", () => {
  const peer = new ServerPeer();
  peer.hearControl(RESUME);
  peer.tell({ type: "admitted", principal: "ann" });
  const effects = peer.tell({
    type: "opened",
    lease: LEASE,
    token: "t1",
    protocol: "",
  });
  const { op, why, got, opened } = answerOf(effects);
  assertEquals([op, why, got, opened.token], [
    "lost",
    "unknown",
    undefined,
    "t1",
  ]);
});

Deno.test("onAnswered() closes for a newer attempt and another principal", () => {
  assertEquals(closeCodeOf(refuse({ why: "stale" }).effects), 4409);
  assertEquals(closeCodeOf(refuse({ why: "principal" }).effects), 4403);
});

Deno.test("onAnswered() opens a new session in the same exchange, and tells the fate", () => {
  const fate = { got: 1, uncertain: 2, at: 3, last: 4 };
  const { peer, effects } = refuse({ why: "expired", fate });
  assertEquals(typesOf(effects), ["open"]);
  const opened = peer.tell({
    type: "opened",
    lease: LEASE,
    token: "t1",
    protocol: "",
  });
  const { opened: _, ...lost } = answerOf(opened);
  assertEquals(lost, { op: "lost", why: "expired", ...fate });
  const [{ news } = {}] = only(opened, "news");
  assertEquals(news?.kind === "opened" && news.lost, {
    why: "expired",
    ...fate,
  });
});

Deno.test("onAnswered() resumes, and sends from after the common position", () => {
  const { peer, effects } = resumedPeer(
    { accepted: 3, at: 2, trimmed: 2, last: 9, uncertain: 5 },
    { have: [["g1", 2]], ack: 1 },
  );
  assertEquals(answerOf(effects), {
    op: "resumed",
    token: "t2",
    got: 3,
    at: 2,
    last: 9,
    gen: "g1",
    uncertain: 5,
    orphans: 0,
    forgotten: 0,
    window: [8, 1_000],
    maxMessage: 100,
  });
  assertEquals(only(effects, "read"), [
    { type: "read", session: "s", after: 2, limit: 4 },
  ]);
  const sent = peer.tell({ type: "read", messages: stored(3, 4) });
  assertEquals(framesOf(sent), ["m3|d3", "m4|d4"]);
});

Deno.test("onAnswered() tells at once what the buffer's rule has dropped", () => {
  const { effects } = resumedPeer({ at: 2, trimmed: 5, last: 5 }, {
    have: [["g1", 2]],
  });
  assertEquals(
    framesOf(effects)[1],
    'c|{"op":"gap","from":3,"to":5,"why":"trimmed"}',
  );
});
