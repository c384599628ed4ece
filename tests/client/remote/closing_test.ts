import { assertEquals } from "@std/assert";
import type { Post } from "../../../lib/client/workers/post_sender.ts";
import { LOST } from "../../../lib/rfc6455/close.ts";
import { Closing } from "../../../lib/client/remote/closing.ts";
import { SendQueue } from "../../../lib/client/remote/send_queue.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { LIMITS } from "../fake_worker.ts";

const FRAME = { closeCode: 4000, reason: "bye" };
const REQUEST = {
  ...FRAME,
  withoutWorker: { info: LOST, cause: "requested" },
} as const;

Deno.test("Closing() stops the queue: what is pushed from now on is dropped", () => {
  const { outgoing, dropped } = makeClosing();
  outgoing.push("late");
  assertEquals(dropped, ["closed"]);
});

Deno.test("Closing.fill() adds the close once no message waits, and once only", () => {
  const { closing, outgoing } = makeClosing("a");
  outgoing.openGate();
  const post = emptyPost();
  closing.fill(post, 1);
  assertEquals([post.records, closing.isDraining], [[], true]);
  outgoing.fill(post, 1);
  for (let time = 0; time < 2; time += 1) closing.fill(post, 1);
  assertEquals(post.records.slice(1), [
    { type: "close", id: 1, ...FRAME, sent: 1 },
  ]);
  assertEquals(closing.isDraining, false);
});

Deno.test("Closing.skipDrain() drops what waits, and waits for nothing that crossed", () => {
  const { closing, outgoing, dropped } = makeClosing("a", "b");
  assertEquals(closing.skipDrain(3), {
    type: "close",
    id: 3,
    ...FRAME,
    sent: 0,
  });
  assertEquals([dropped, outgoing.waiting], [["closed", "closed"], 0]);
  assertEquals(closing.skipDrain(3), undefined);
});

Deno.test("Closing.skipDrain() makes up no code that was not given", () => {
  const { outgoing } = makeClosing();
  const request = { ...REQUEST, closeCode: undefined };
  assertEquals(new Closing(request, outgoing).skipDrain(1), {
    type: "close",
    id: 1,
    closeCode: undefined,
    reason: "bye",
    sent: 0,
  });
});

Deno.test("Closing.limit() acts after the timeout, unless the close was posted or it ended", () => {
  const log: string[] = [];
  const { closing, clock } = makeClosing();
  closing.limit(clock, 100, () => log.push("limit"));
  clock.advance(100);
  assertEquals(log, ["limit"]);
  for (const how of ["posted", "ended"] as const) {
    const { closing, clock } = makeClosing();
    closing.limit(clock, 100, () => log.push(how));
    if (how === "posted") closing.fill(emptyPost(), 1);
    else closing.end();
    assertEquals(clock.timers, 0);
  }
  assertEquals(log, ["limit"]);
});

function makeClosing(...messages: readonly string[]) {
  const clock = new ManualClock();
  const dropped: string[] = [];
  const outgoing = new SendQueue(LIMITS, clock, {
    unsent: (_, reason) => dropped.push(reason),
    ready: () => {},
  });
  for (const message of messages) outgoing.push(message);
  return { clock, dropped, outgoing, closing: new Closing(REQUEST, outgoing) };
}

/** A session that has begun. */
function unaccepted(outgoing: SendQueue): { readonly hasUnaccepted: boolean } {
  return {
    get hasUnaccepted() {
      return outgoing.messages > 0;
    },
  };
}

function emptyPost(): Post {
  return { records: [], transfer: [], messages: 0, bytes: 0 };
}

Deno.test("Closing.limit() ends the wait for the server to accept", () => {
  const { outgoing, clock } = makeClosing("a");
  const closing = new Closing(REQUEST, outgoing, unaccepted(outgoing));
  const waits: boolean[] = [];
  closing.limit(clock, 100, () => waits.push(closing.mustWait));
  waits.push(closing.mustWait);
  clock.advance(100);
  assertEquals(waits, [true, false]);
});

Deno.test("Closing.fill() waits for the server to accept, with a session", () => {
  const { outgoing } = makeClosing("a");
  const closing = new Closing(REQUEST, outgoing, unaccepted(outgoing));
  outgoing.openGate();
  const post = emptyPost();
  outgoing.fill(post, 1);
  closing.fill(post, 1);
  assertEquals(closing.skipDrain(1), undefined);
  assertEquals([closing.isDraining, closing.mustWait], [true, true]);
  outgoing.taken(1);
  closing.fill(post, 1);
  assertEquals(post.records.at(-1), {
    ...{ type: "close", id: 1, closeCode: 4000, reason: "bye", sent: 1 },
  });
});
