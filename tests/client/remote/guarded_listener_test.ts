import { assertEquals } from "@std/assert";
import { GuardedListener } from "../../../lib/client/remote/guarded_listener.ts";
import type { Drop } from "../../../lib/boundary/protocol.ts";
import { Recorder, settle } from "../fake_worker.ts";

function drop(change: Partial<Drop> = {}): Drop {
  return {
    count: 1,
    bytes: 2,
    direction: "outbound",
    reason: "closed",
    ...change,
  };
}

Deno.test("GuardedListener.addDrop() sums up what one task drops, by direction and reason", async () => {
  const recorder = new Recorder();
  const listener = new GuardedListener(recorder);
  listener.addDrop(drop());
  listener.addDrop(drop({ count: 2 }));
  listener.addDrop(drop({ reason: "expired" }));
  listener.addDrop(drop({ direction: "inbound", reason: "unread" }));
  assertEquals(recorder.take(), [], "not from within");
  await settle();
  assertEquals(recorder.take(), [
    "dropped 3 4 outbound closed",
    "dropped 1 2 outbound expired",
    "dropped 1 2 inbound unread",
  ]);
});

Deno.test("GuardedListener reports drops before anything that happens afterwards", () => {
  const recorder = new Recorder();
  const listener = new GuardedListener(recorder);
  listener.addDrop(drop());
  listener.message("a");
  listener.addDrop(drop());
  listener.notify((each) => each.request(1, "url"));
  assertEquals(recorder.take(), [
    "dropped 1 2 outbound closed",
    "message a",
    "dropped 1 2 outbound closed",
    "request 1 url",
  ]);
});

Deno.test("GuardedListener.flushDrops() reports what a report of it has dropped, too", () => {
  const recorder = new Recorder();
  const listener = new GuardedListener(recorder);
  let more = 1;
  recorder.onevent = () => {
    if (more > 0) listener.addDrop(drop({ reason: "aborted" }));
    more -= 1;
  };
  listener.addDrop(drop());
  listener.flushDrops();
  assertEquals(recorder.take(), [
    "dropped 1 2 outbound closed",
    "dropped 1 2 outbound aborted",
  ]);
});

Deno.test("GuardedListener gives reportError what its listener throws", () => {
  const recorder = new Recorder();
  const listener = new GuardedListener(recorder);
  recorder.onevent = (event) => {
    throw new Error(event);
  };
  const reported: string[] = [];
  const report = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error.message);
  };
  addEventListener("error", report);
  listener.message("a");
  listener.notify((each) => each.request(1, "url"));
  listener.addDrop(drop());
  listener.flushDrops();
  removeEventListener("error", report);
  assertEquals(reported, [
    "message a",
    "request 1 url",
    "dropped 1 2 outbound closed",
  ]);
});

Deno.test("GuardedListener.addDrop() sums up the numbers of a session", () => {
  const drops: Drop[] = [];
  const recorder = new Recorder();
  recorder.dropped = (each) => void drops.push(each);
  const listener = new GuardedListener(recorder);
  listener.addDrop(drop({ first: 3, last: 3 }));
  listener.addDrop(drop({ first: 4, last: 6, count: 3 }));
  listener.addDrop(drop({ reason: "unknown" }));
  listener.addDrop(drop({ reason: "unknown" }));
  listener.addDrop(drop({ reason: "unknown", first: 7, last: 7 }));
  listener.addDrop(drop({ reason: "unknown", first: 9, last: 9 }));
  listener.flushDrops();
  assertEquals(drops, [
    drop({ count: 4, bytes: 4, first: 3, last: 6 }),
    drop({ count: 2, bytes: 4, reason: "unknown" }),
    drop({ reason: "unknown", first: 7, last: 7 }),
    drop({ reason: "unknown", first: 9, last: 9 }),
  ]);
});
