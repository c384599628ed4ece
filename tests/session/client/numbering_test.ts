import { assertEquals } from "@std/assert";
import { restoreClient } from "../../../lib/session/client/state.ts";
import type { ClientConfig } from "../../../lib/session/client/state.ts";
import {
  ClientPeer,
  CONFIG,
  framesOf,
  message,
  only,
  OPENED,
  openPeer,
  REMAINS,
  RESUMED,
} from "./peer.ts";

const LARGE = "x".repeat(101);
/** The server has what the worker before knew of. */
const GOT = { got: 4, at: 7, last: 7 };

/** A machine that goes on where another one has left off: 4 are accepted. */
function restored(
  config: Partial<ClientConfig>,
  ...unaccepted: readonly string[]
): ClientPeer {
  const peer = new ClientPeer();
  peer.config = { ...CONFIG, ...config };
  peer.state = restoreClient({
    ...REMAINS,
    unaccepted: unaccepted.map((data, index) => message(index + 1, data)),
  });
  peer.connect();
  return peer;
}

Deno.test("onSkipped() lets no message go before that is confirmed, and keeps what is", () => {
  const peer = openPeer();
  peer.send(1);
  const [keep, ...others] = peer.tell({ type: "skipped" });
  assertEquals([keep?.type, others], ["keep", []]);
  assertEquals(framesOf(peer.tell({ type: "ping", n: 3 })), ["p3|"]);
  peer.tell({ type: "disconnected", connection: 1 });
  peer.connect(2);
  assertEquals(framesOf(peer.hearControl(RESUMED, 2)), []);
  assertEquals(framesOf(peer.tell({ type: "confirmed" })), ["m1|m1"]);
});

Deno.test("onConfirmed() sends nothing without a connection", () => {
  const peer = openPeer();
  peer.send(1);
  peer.tell({ type: "skipped" });
  peer.tell({ type: "disconnected", connection: 1 });
  assertEquals(peer.tell({ type: "confirmed" }), []);
  peer.connect(2);
  assertEquals(framesOf(peer.hearControl(RESUMED, 2)), ["m1|m1"]);
});

Deno.test("leaveOutTooLarge() reports what a resumed session would end of, and closes the gap", () => {
  const peer = restored({}, "a", LARGE, "c");
  const effects = peer.hearControl({ ...RESUMED, ...GOT });
  assertEquals(effects.map(({ type }) => type), [
    ...["keep", "news"],
    ...["left-out", "keep"],
  ]);
  assertEquals(only(effects, "left-out"), [
    { type: "left-out", id: 2, why: "rejected" },
  ]);
  const confirmed = peer.tell({ type: "confirmed" });
  assertEquals(framesOf(confirmed), ["m5|a", "m6|c"]);
});

Deno.test("leaveOutTooLarge() lets a resumed session go on at once if all fits", () => {
  const peer = restored({}, "a", "c");
  const effects = peer.hearControl({ ...RESUMED, ...GOT });
  assertEquals(framesOf(effects), ["m5|a", "m6|c"]);
});

Deno.test("leaveOutTooLarge() gives no number to another message under which a handler has begun", () => {
  const peer = restored({}, "a", LARGE, "c");
  const effects = peer.hearControl({ ...RESUMED, ...GOT, uncertain: 6 });
  // The server says what becomes of it: 4413.
  assertEquals(framesOf(effects), ["m5|a", `m6|${LARGE}`, "m7|c"]);
  const other = restored({}, "a", LARGE, "c");
  other.hearControl({ ...RESUMED, ...GOT, uncertain: 5 });
  assertEquals(framesOf(other.tell({ type: "confirmed" })), ["m5|a", "m6|c"]);
});

Deno.test("leaveOutTooLarge() says of what may have been handled that nobody knows", () => {
  const peer = restored({ onUnknown: "resend" }, LARGE, "b", LARGE, "d");
  const { op: _, ...opened } = { op: "opened", ...OPENED };
  const effects = peer.hearControl({
    ...{ op: "lost", why: "ended", got: 4, uncertain: 6, at: 7, last: 7 },
    opened,
  });
  assertEquals(only(effects, "left-out"), [
    { type: "left-out", id: 1, why: "unknown" },
    { type: "left-out", id: 3, why: "rejected" },
  ]);
  assertEquals(framesOf(effects), ['c|{"op":"again","upTo":1}']);
  const confirmed = peer.tell({ type: "confirmed" });
  assertEquals(framesOf(confirmed), ["m1|b", "m2|d"]);
});
