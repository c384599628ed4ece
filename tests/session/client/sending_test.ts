import { assertEquals, assertThrows } from "@std/assert";
import {
  canSend,
  couldSendAfter,
} from "../../../lib/session/client/sending.ts";
import {
  ClientPeer,
  framesOf,
  message,
  only,
  openPeer,
  RESUMED,
} from "./peer.ts";

Deno.test("canSend() says when clientTransition() takes a message", () => {
  const peer = new ClientPeer();
  assertEquals(canSend(peer.state, 1), false);
  const send = () => peer.tell({ type: "send", message: message(1) });
  assertThrows(send, TypeError);
  const open = openPeer();
  assertEquals([canSend(open.state, 100), canSend(open.state, 101)], [
    true,
    false,
  ]);
  open.send(1, 2, 3, 4);
  assertEquals(canSend(open.state, 1), false);
  assertThrows(() => open.send(5), TypeError);
  open.tell({ type: "close" });
  open.hear("a1,a,rs|");
  assertEquals(canSend(open.state, 1), false);
});

Deno.test("sendNext() numbers messages when they are sent", () => {
  const peer = openPeer();
  assertEquals(peer.send(10, 11), ["m1|m10", "m2|m11"]);
  const data = new Uint8Array([9]);
  const sent = peer.tell({ type: "send", message: message(12, data) });
  assertEquals(framesOf(sent), [new Uint8Array([0, 3, 9])]);
});

Deno.test("sendNext() lets an acknowledgement ride, once", () => {
  const peer = openPeer();
  peer.hear("m1|a");
  peer.tell({ type: "consumed", index: 1 });
  assertEquals(peer.send(1, 2), ["m1,1|m1", "m2|m2"]);
});

Deno.test("sendRetained() sends again what is not accepted, as credit allows", () => {
  const peer = openPeer();
  peer.send(1, 2, 3);
  peer.tell({ type: "disconnected", connection: 1 });
  peer.connect(2);
  const window = [1, 1_000] as const;
  const answer = peer.hearControl({ ...RESUMED, got: 1, window }, 2);
  assertEquals(framesOf(answer), ["m2|m2"]);
  const more = peer.hear("a2,9,rs|", 2);
  assertEquals([framesOf(more), only(more, "accepted").length], [["m3|m3"], 1]);
});

Deno.test("couldSendAfter() asks for credit alone, where the client is attached", () => {
  const peer = openPeer();
  peer.send(1);
  peer.tell({ type: "skipped" });
  const could = (length: number, bytes: number) =>
    couldSendAfter(peer.state, { length, bytes });
  assertEquals(could(2, 10), true);
  assertEquals(could(3, 10), false);
  assertEquals(could(2, 998), false);
  peer.tell({ type: "disconnected", connection: 1 });
  assertEquals(could(0, 0), false);
});
