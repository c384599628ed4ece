import { assertEquals } from "@std/assert";
import {
  attachingPeer,
  closeCodeOf,
  only,
  OPEN,
  RESUME,
  ServerPeer,
} from "./peer.ts";

Deno.test("onFirstFrame() takes open and resume, and nothing else", () => {
  for (const control of [OPEN, RESUME]) {
    const peer = new ServerPeer();
    const [effect] = peer.hearControl(control);
    assertEquals(effect, { type: "admit", request: control });
  }
  const others = ["m1|x", "?", 'c|{"op":"bye","ack":0}', 'c|{"op":"topics"}'];
  for (const frame of others) {
    const peer = new ServerPeer();
    assertEquals(closeCodeOf(peer.hear(frame)), 4400, frame);
    assertEquals(peer.state.kind, "closed");
  }
  const large = `c|{"op":"open","auth":"${"x".repeat(9_000)}"}`;
  assertEquals(closeCodeOf(new ServerPeer().hear(large)), 4413);
});

Deno.test("attachFor() claims the session of the token for the principal", () => {
  const peer = new ServerPeer();
  peer.hearControl(RESUME);
  const ticket = { session: "s", counter: 4 };
  const effects = peer.tell({ type: "admitted", principal: "ann", ticket });
  assertEquals(only(effects, "attach")[0]?.claim, {
    session: "s",
    counter: 4,
    principal: "ann",
    attempt: 2,
    instance: "i",
    have: [["g1", 0]],
    ack: 0,
    first: 1,
    last: 0,
    ttl: 60_000,
    maxMessage: 100,
    takeover: "ask",
  });
  const ttls = [5, 40_000].map((ttl) => {
    const { state } = attachingPeer({ ttl });
    return state.kind === "attaching" && state.claim.ttl;
  });
  assertEquals(ttls, [30_000, 40_000]);
});
