import { assertEquals } from "@std/assert";
import type { ServerEffect } from "../../../lib/session/server/state.ts";
import { only, openedPeer, runningPeer } from "./peer.ts";

Deno.test("serverTransition() tells the store later what nobody waits for", () => {
  const peer = runningPeer({ reportDelay: 5 });
  peer.now = 100;
  assertEquals(only(peer.handled(1), "accept"), []);
  assertEquals(peer.deadline, 105);
  peer.now = 104;
  assertEquals(only(peer.tell({ type: "due" }), "accept"), []);
  // What happens meanwhile does not put it off.
  assertEquals(only(peer.hear("p1|"), "accept"), []);
  peer.now = 105;
  const [accept] = only(peer.tell({ type: "due" }), "accept");
  assertEquals(accept?.step.handled, 1);
  assertEquals(peer.deadline, Infinity);
});

Deno.test("serverTransition() tells the store at once what somebody waits for", () => {
  const config = { reportDelay: 5 };
  const handledBy = (effects: readonly ServerEffect[]) =>
    only(effects, "accept").map(({ step }) => step.handled);
  const replied = runningPeer(config);
  assertEquals(handledBy(replied.handled(1, "reply")), [1]);
  const more = runningPeer(config);
  assertEquals(handledBy(more.handled(1)), []);
  // The next message needs a claim, and takes the acceptance along.
  assertEquals(handledBy(more.hear("m2|b")), [1]);
  const gone = runningPeer(config);
  gone.handled(1);
  assertEquals(handledBy(gone.tell({ type: "disconnected" })), [1]);
  const wanted = runningPeer(config);
  wanted.handled(1);
  const yields = wanted.tell({ type: "wanted", fence: 9 });
  assertEquals(handledBy(yields), [1]);
  const many = openedPeer({ ...config, maxClaim: 1, maxQuickClaim: 1 });
  many.hear("m1|a");
  many.accepted();
  assertEquals(handledBy(many.handled(1)), [1]);
});
