import { assert, assertEquals } from "@std/assert";
import { following } from "../../../lib/session/server/claim.ts";
import {
  closeCodeOf,
  framesOf,
  only,
  openedPeer,
  resumedPeer,
  runningPeer,
  type ServerPeer,
  typesOf,
} from "./peer.ts";

const ENDED = {
  kind: "ended",
  accepted: 0,
  claimed: 1,
  node: "A",
  unconsumed: [],
} as const;

function stepsOf(effects: ReturnType<ServerPeer["tell"]>) {
  return only(effects, "accept")
    .map(({ step: { handled, claim } }) => [handled, claim]);
}

Deno.test("messages are handled one after the other, and accepted meanwhile", () => {
  const peer = openedPeer();
  peer.hear("m1|a");
  peer.hear("m2|b");
  peer.hear("m3|c");
  assertEquals(typesOf(peer.accepted()), ["handle"]);
  assertEquals(stepsOf(peer.handled(1)), [[1, 3]], "a batch of two is claimed");
  const [handle] = only(peer.accepted(), "handle");
  assertEquals(handle?.seq, 2);
  const second = peer.handled(2);
  assertEquals(typesOf(second), ["handle", "accept"]);
  assertEquals(stepsOf(second), [[2, 3]]);
});

Deno.test("messages that were handled at once are reported together", () => {
  const peer = openedPeer();
  peer.hear("m1|a");
  peer.accepted();
  for (const frame of ["m2|b", "m3|c", "m4|d"]) peer.hear(frame);
  peer.handled(1);
  peer.accepted();
  assert(peer.state.kind === "attached");
  assertEquals(peer.state.running, 2);
  assertEquals(following(peer.state, 2, peer)?.data, "c");
  assertEquals(following(peer.state, 3, peer), undefined, "it is not claimed");
  assertEquals(peer.handled(4), [], "it is not claimed");
  const [accept] = only(peer.handled(3, "r"), "accept");
  const { handled, claim, replies } = accept!.step;
  assertEquals({ handled, claim, replies }, {
    ...{ handled: 3, claim: 4, replies: ["r"] },
  });
  assertEquals(peer.handled(3), [], "it is reported twice");
});

Deno.test("what has come together meanwhile goes with the next step", () => {
  const peer = openedPeer();
  peer.hear("m1|a");
  peer.hear("m2|b");
  peer.accepted();
  peer.handled(1);
  peer.accepted();
  peer.hear("m3|c");
  assertEquals(stepsOf(peer.handled(2)), [[2, 3]]);
});

Deno.test("replies are committed with the acceptance, and sent after it", () => {
  const peer = runningPeer();
  const [accept] = only(peer.handled(1, "r1", "r2"), "accept");
  assertEquals(accept?.step.replies, ["r1", "r2"]);
  const effects = peer.accepted(2);
  assertEquals(framesOf(effects), ["m1,1|r1", "m2|r2"]);
});

Deno.test("replies behind messages that are not known yet are read", () => {
  const peer = runningPeer();
  peer.handled(1, "r");
  assertEquals(typesOf(peer.accepted(5)), ["read"]);
});

Deno.test("a message that may have been handled is flagged", () => {
  const { peer } = resumedPeer({ uncertain: 1 }, { last: 2 });
  peer.hear("m1|a");
  assertEquals(only(peer.accepted(), "handle")[0]?.redelivered, true);
  peer.handled(1);
  peer.accepted();
  peer.hear("m2|b");
  assertEquals(only(peer.accepted(), "handle")[0]?.redelivered, false);
});

Deno.test("a message that may have been handled is reported, if that is asked for", () => {
  const { peer } = resumedPeer({ uncertain: 1 }, { last: 1 }, {
    onUncertain: "report",
  });
  peer.hear("m1|a");
  const effects = peer.accepted();
  assertEquals(typesOf(effects), ["report", "accept"]);
  assertEquals(stepsOf(effects), [[1, 1]]);
});

Deno.test("a handler that fails is called again, and then the session ends", () => {
  const peer = runningPeer();
  for (let attempt = 2; attempt <= 3; attempt += 1) {
    const effects = peer.tell({ type: "failed", seq: 1 });
    assertEquals(only(effects, "handle")[0]?.redelivered, true);
  }
  assertEquals(typesOf(peer.tell({ type: "failed", seq: 1 })), ["end"]);
  assertEquals(peer.hear("m2|b"), []);
  const effects = peer.tell({ type: "ended", answer: ENDED });
  assertEquals(closeCodeOf(effects), 4500);
  const [{ news } = {}] = only(effects, "news");
  assert(news?.kind === "ended");
  assertEquals([news.why, news.failed], ["failed", 1]);
});

Deno.test("a session that fails while a step is under way ends as well", () => {
  const peer = openedPeer();
  peer.hear("m1|a");
  peer.hear("m2|b");
  peer.accepted();
  peer.handled(1);
  peer.accepted();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    peer.tell({ type: "failed", seq: 2 });
  }
  assertEquals(peer.accepted(), []);
  peer.tell({ type: "disconnected" });
  const gone = peer.tell({ type: "ended", answer: ENDED });
  assertEquals(typesOf(gone), ["news", "closed"]);
});

/** A machine whose handler fails with message 4. What it did before waits. */
function failingPeer(...replies: readonly string[]): ServerPeer {
  const peer = openedPeer({ reportDelay: 2, maxClaim: 16 });
  peer.hear("m1|a");
  peer.accepted();
  for (const frame of ["m2|b", "m3|c", "m4|d", "m5|e"]) peer.hear(frame);
  assertEquals(stepsOf(peer.handled(1)), [[1, 5]]);
  peer.accepted();
  peer.handled(2);
  peer.handled(3, ...replies);
  for (let attempt = 1; attempt < 3; attempt += 1) {
    peer.tell({ type: "failed", seq: 4 });
  }
  return peer;
}

Deno.test("what was handled before a message that fails is accepted before the end", () => {
  const peer = failingPeer();
  const effects = peer.tell({ type: "failed", seq: 4 });
  assertEquals(stepsOf(effects), [[3, 4]], "5 has not begun");
  assertEquals(only(effects, "end"), []);
  assertEquals(peer.tell({ type: "wanted", fence: 1 }), []);
  const after = peer.accepted();
  assertEquals(framesOf(after), ["a3,b,rv|"]);
  assertEquals(typesOf(after).at(-1), "end");
  const [{ news } = {}] = only(
    peer.tell({ type: "ended", answer: ENDED }),
    "news",
  );
  assert(news?.kind === "ended");
  assertEquals([news.why, news.failed], ["failed", 4]);
});

Deno.test("replies of a step that is under way are sent before a session that failed ends", () => {
  const peer = failingPeer("r");
  assertEquals(peer.tell({ type: "failed", seq: 4 }), []);
  const stored = peer.accepted(1);
  assertEquals(framesOf(stored).at(-1), "m1|r");
  assertEquals(stepsOf(stored), [[3, 4]]);
  assertEquals(typesOf(peer.accepted(1)), ["end"]);
  const fenced = failingPeer("r");
  fenced.tell({ type: "failed", seq: 4 });
  const effects = fenced.tell({ type: "fenced", fence: 1, why: "taken" });
  assertEquals(typesOf(effects), ["close", "closed"]);
});

Deno.test("a session that others have ended is not ended again", () => {
  for (const [kind, code] of [["fenced", 4409], ["gone", 4410]] as const) {
    const peer = openedPeer();
    peer.hearControl({ op: "bye", ack: 0 });
    const effects = peer.tell({ type: "ended", answer: { kind } });
    assertEquals(typesOf(effects), ["close", "closed"]);
    assertEquals(closeCodeOf(effects), code);
  }
});

Deno.test("a lease that ends while the store is asked to end the session leaves it to the answer", () => {
  const losses = [
    [{ type: "rolled-back" }, 4503],
    [{ type: "fenced", fence: 1, why: "ended" }, 4410],
    [{ type: "fenced", fence: 1, why: "taken" }, 4409],
  ] as const;
  for (const [loss, closeCode] of losses) {
    const peer = openedPeer();
    peer.hearControl({ op: "bye", ack: 0 });
    assertEquals(closeCodeOf(peer.tell(loss)), closeCode);
    assertEquals(typesOf(peer.tell(loss)), []);
    const effects = peer.tell({ type: "ended", answer: ENDED });
    assertEquals(typesOf(effects), ["news", "closed"]);
    const other = openedPeer();
    other.hearControl({ op: "bye", ack: 0 });
    other.tell(loss);
    const gone = other.tell({ type: "ended", answer: { kind: "gone" } });
    assertEquals(typesOf(gone), ["closed"]);
  }
});

Deno.test("failures are counted for each message", () => {
  const peer = openedPeer();
  peer.hear("m1|a");
  peer.hear("m2|b");
  peer.accepted();
  peer.tell({ type: "failed", seq: 1 });
  peer.handled(1);
  const [handle] = only(peer.accepted(), "handle");
  assertEquals([handle?.seq, handle?.redelivered], [2, false]);
});

Deno.test("a step without a lease ends the connection", () => {
  for (const [kind, code] of [["fenced", 4409], ["gone", 4410]] as const) {
    const peer = openedPeer();
    peer.hear("m1|a");
    const effects = peer.tell({ type: "accepted", answer: { kind } });
    assertEquals(typesOf(effects), ["close", "closed"]);
    assertEquals(closeCodeOf(effects), code);
  }
});

Deno.test("a client that is gone leaves what it sent, which is handled", () => {
  const peer = openedPeer();
  peer.hear("m1|a");
  peer.hear("m2|b");
  assertEquals(peer.tell({ type: "disconnected" }), []);
  assertEquals(peer.deadline, Infinity);
  assertEquals(typesOf(peer.accepted()), ["handle"]);
  peer.handled(1);
  assertEquals(typesOf(peer.accepted()), ["handle"]);
  peer.handled(2);
  const effects = peer.accepted();
  assertEquals(typesOf(effects), ["detach", "news", "closed"]);
});

/** A machine that is asked for its session: 2 is running, and 3 is given back. */
function wantedPeer(): ServerPeer {
  const peer = openedPeer();
  for (const frame of ["m1|a", "m2|b", "m3|c"]) peer.hear(frame);
  peer.accepted();
  peer.handled(1);
  peer.accepted();
  assertEquals(stepsOf(peer.tell({ type: "wanted", fence: 1 })), [[1, 2]]);
  peer.accepted();
  return peer;
}

Deno.test("a session that is wanted gives back what has not begun", () => {
  const peer = wantedPeer();
  assertEquals(stepsOf(peer.handled(2)), [[2, 2]]);
  const effects = peer.accepted();
  assertEquals(typesOf(effects).slice(-4), [
    "detach",
    "news",
    "close",
    "closed",
  ]);
});

Deno.test("a session that is wanted gives back a message that its handler has not begun with", () => {
  const peer = runningPeer();
  assertEquals(peer.tell({ type: "wanted", fence: 1 }), []);
  assertEquals(peer.tell({ type: "unbegun", seq: 2 }), []);
  assertEquals(stepsOf(peer.tell({ type: "unbegun", seq: 1 })), [[0, 0]]);
  assertEquals(typesOf(peer.accepted()), ["detach", "news", "close", "closed"]);
});

Deno.test("a session whose client is gone gives back what its handler does not begin with", () => {
  const peer = runningPeer();
  peer.hear("m2|b");
  assertEquals(peer.tell({ type: "disconnected" }), []);
  assertEquals(stepsOf(peer.tell({ type: "unbegun", seq: 1 })), [[0, 0]]);
  assertEquals(typesOf(peer.accepted()), ["detach", "news", "closed"]);
});

Deno.test("a session that is wanted keeps the claim of a message that failed", () => {
  const peer = wantedPeer();
  const effects = peer.tell({ type: "failed", seq: 2 });
  assertEquals(typesOf(effects), ["detach", "news", "close", "closed"]);
  const early = runningPeer();
  early.tell({ type: "failed", seq: 1 });
  assertEquals(early.tell({ type: "wanted", fence: 1 }), []);
});

Deno.test("a session that is wanted before a claim is answered begins nothing", () => {
  const peer = openedPeer();
  peer.hear("m1|a");
  assertEquals(peer.tell({ type: "wanted", fence: 1 }), []);
  assertEquals(stepsOf(peer.accepted()), [[0, 0]]);
  assertEquals(typesOf(peer.accepted()), ["detach", "news", "close", "closed"]);
});

Deno.test("a session without a connection can be wanted as well", () => {
  const peer = runningPeer();
  peer.tell({ type: "disconnected" });
  peer.tell({ type: "wanted", fence: 1 });
  peer.handled(1);
  assertEquals(typesOf(peer.accepted()), ["detach", "news", "closed"]);
  const fenced = runningPeer();
  fenced.tell({ type: "disconnected" });
  assertEquals(fenced.hear("m2|b"), []);
  const refused = { type: "refused", closeCode: 4401, reason: "" } as const;
  assertEquals(fenced.tell(refused), []);
  const effects = fenced.tell({ type: "fenced", fence: 1, why: "taken" });
  assertEquals(typesOf(effects), ["abort", "closed"]);
});

Deno.test("moving asks the client to leave, acknowledged up to now", () => {
  const peer = openedPeer();
  const move = { type: "move", after: 5, spread: 100 } as const;
  const moving = 'c|{"op":"moving","after":5,"spread":100}';
  assertEquals(framesOf(peer.tell(move)), [moving]);
  peer.hear("m1|a");
  peer.accepted();
  peer.handled(1);
  peer.accepted();
  assertEquals(framesOf(peer.tell(move)), ["a1,9,rt|", moving]);
});

Deno.test("nobody is asked to move or pinged without a connection", () => {
  const peer = runningPeer();
  assertEquals(framesOf(peer.tell({ type: "ping", n: 7 })), ["p7|"]);
  peer.tell({ type: "disconnected" });
  assertEquals(peer.tell({ type: "ping", n: 8 }), []);
  assertEquals(peer.tell({ type: "move", after: 0, spread: 0 }), []);
  assertEquals(peer.tell({ type: "due" }), []);
});
