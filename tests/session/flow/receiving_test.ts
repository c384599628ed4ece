import { assert, assertEquals } from "@std/assert";
import {
  acknowledgeNow,
  answerPing,
  arrive,
  arriveGap,
  arriveTogether,
  freeWindow,
  type Progress,
  progress,
  type Receiving,
  ride,
  startReceiving,
} from "../../../lib/session/flow/receiving.ts";

const WINDOW = { messages: 256, bytes: 1_000_000 };
const FULL = [WINDOW.messages, WINDOW.bytes] as const;
const at = (now: number) => ({ capacity: WINDOW, now });

function idle(ack: number): Progress {
  return { ack, heldMessages: 0, heldBytes: 0 };
}

/** After `count` messages of `bytes` each. */
function received(count: number, bytes = 1): Receiving {
  let receiving = startReceiving(0, FULL);
  for (let seq = 1; seq <= count; seq += 1) {
    const arrival = arrive(receiving, { seq, bytes });
    assert(arrival.kind === "next");
    receiving = arrival.receiving;
  }
  return receiving;
}

Deno.test("arrive() takes the next number, drops a seen one, refuses a later one", () => {
  const receiving = received(2);
  assertEquals(arrive(receiving, { seq: 3, bytes: 1 }).kind, "next");
  assertEquals(arrive(receiving, { seq: 2, bytes: 1 }).kind, "seen");
  assertEquals(arrive(receiving, { seq: 4, bytes: 1 }).kind, "violation");
});

Deno.test("arrive() counts the bytes of a seen message, as its sender does", () => {
  const arrival = arrive(received(1), { seq: 1, bytes: 7 });
  assert(arrival.kind === "seen");
  assertEquals(arrival.receiving.bytes, 8);
});

Deno.test("arrive() refuses more than was granted", () => {
  const few = startReceiving(4, [1, 100]);
  const first = arrive(few, { seq: 5, bytes: 100 });
  assert(first.kind === "next");
  assertEquals(arrive(first.receiving, { seq: 6, bytes: 0 }).kind, "violation");
  const narrow = { ...first.receiving, maxSeq: 9 };
  assertEquals(arrive(narrow, { seq: 6, bytes: 1 }).kind, "violation");
  assertEquals(arrive(narrow, { seq: 6, bytes: 0 }).kind, "next");
});

Deno.test("arriveTogether() takes what arrive() takes one by one as next", () => {
  const run = { seq: 3, sizes: [7, 0, 5], bytes: 12 };
  const together = arriveTogether(received(2), run);
  let one = received(2);
  for (const [index, bytes] of run.sizes.entries()) {
    const arrival = arrive(one, { seq: run.seq + index, bytes });
    assert(arrival.kind === "next");
    one = arrival.receiving;
  }
  assertEquals(together, one);
});

Deno.test("arriveTogether() leaves all else to be judged one by one", () => {
  const run = { seq: 3, sizes: [7, 5], bytes: 12 };
  for (const seq of [2, 4]) {
    assertEquals(arriveTogether(received(2), { ...run, seq }), undefined);
  }
  const few = { ...received(2), maxSeq: 3 };
  assertEquals(arriveTogether(few, run), undefined);
  const small = { ...received(2), maxBytes: 13 };
  assertEquals(arriveTogether(small, run), undefined);
  assertEquals(arriveTogether({ ...small, maxBytes: 14 }, run)?.received, 4);
});

Deno.test("arrive() takes a message larger than the window when it is alone", () => {
  const alone = startReceiving(4, [5, 100]);
  assertEquals(arrive(alone, { seq: 5, bytes: 1_000 }).kind, "next");
});

Deno.test("arriveGap() takes the numbers that are next", () => {
  const gap = arriveGap(received(2), { from: 3, to: 5 });
  assert(gap.kind === "next");
  assertEquals(gap.receiving.received, 5);
  assertEquals(arriveGap(received(2), { from: 2, to: 5 }).kind, "violation");
  assertEquals(arriveGap(received(2), { from: 4, to: 5 }).kind, "violation");
});

Deno.test("progress() waits 100 ms from the first message on", () => {
  const first = progress(received(3), idle(1), at(1_000));
  assertEquals([first.receiving.ackAt, first.frame], [1_100, undefined]);
  const second = progress(first.receiving, idle(2), at(1_050));
  assertEquals(second.receiving.ackAt, 1_100);
  const early = progress(second.receiving, idle(2), at(1_099));
  assertEquals(early.frame, undefined);
  const { receiving, frame } = progress(second.receiving, idle(2), at(1_100));
  assertEquals(frame, {
    type: "ack",
    ack: 2,
    maxSeq: 259,
    maxBytes: 1_000_003,
  });
  assertEquals(receiving.ackAt, Infinity);
});

Deno.test("progress() sets no time while nothing is unacknowledged", () => {
  assertEquals(progress(received(3), idle(0), at(0)).receiving.ackAt, Infinity);
});

Deno.test("progress() acknowledges after 32 messages", () => {
  const held = { heldMessages: 9, heldBytes: 9 };
  const receiving = received(40);
  assertEquals(
    progress(receiving, { ack: 31, ...held }, at(0)).frame,
    undefined,
  );
  assertEquals(progress(receiving, { ack: 32, ...held }, at(0)).frame?.ack, 32);
});

Deno.test("progress() renews credit with a quarter of the window", () => {
  const capacity = { messages: 16, bytes: 400 };
  const start = startReceiving(0, [16, 400]);
  const four = { ...start, received: 4, bytes: 4, acked: 4 };
  assertEquals(progress(four, idle(4), { capacity, now: 0 }).frame?.maxSeq, 20);
  const three = { ...start, received: 3, bytes: 99, acked: 3 };
  assertEquals(progress(three, idle(3), { capacity, now: 0 }).frame, undefined);
  const large = { ...start, received: 1, bytes: 100, acked: 1 };
  assertEquals(
    progress(large, idle(1), { capacity, now: 0 }).frame?.maxBytes,
    500,
  );
});

Deno.test("progress() renews the credit of a window of one message each time", () => {
  const capacity = { messages: 1, bytes: 1 };
  const one = { ...startReceiving(0, [1, 1]), received: 1, bytes: 1 };
  const full = { ack: 0, heldMessages: 1, heldBytes: 1 };
  assertEquals(progress(one, full, { capacity, now: 0 }).frame, undefined);
  const { frame } = progress(one, idle(1), { capacity, now: 0 });
  assertEquals(frame, { type: "ack", ack: 1, maxSeq: 2, maxBytes: 2 });
});

Deno.test("acknowledgeNow() takes nothing back", () => {
  const { receiving, frame } = acknowledgeNow(
    { ...startReceiving(5, FULL), acked: 5 },
    { ack: 4, heldMessages: 300, heldBytes: 2_000_000 },
    WINDOW,
  );
  assertEquals(frame, {
    type: "ack",
    ack: 5,
    maxSeq: 5 + 256,
    maxBytes: 1_000_000,
  });
  assertEquals(receiving.acked, 5);
});

Deno.test("ride() gives an acknowledgement that is new, once", () => {
  const first = ride({ ...received(2), ackAt: 100 }, { ack: 2 });
  assertEquals([first.ack, first.receiving.ackAt], [2, Infinity]);
  assertEquals(ride(first.receiving, { ack: 2 }).ack, undefined);
});

Deno.test("answerPing() says what is acknowledged, new or not", () => {
  const first = answerPing({ ...received(2), ackAt: 100 }, { ack: 2 }, 7);
  assertEquals(first.frame, { type: "pong", n: 7, ack: 2 });
  assertEquals([first.receiving.acked, first.receiving.ackAt], [2, Infinity]);
  const again = answerPing(first.receiving, { ack: 1 }, 8);
  assertEquals(again.frame, { type: "pong", n: 8, ack: 2 });
  assertEquals(again.receiving, first.receiving);
});

Deno.test("freeWindow() grants what is free", () => {
  assertEquals(freeWindow(WINDOW, { heldMessages: 6, heldBytes: 1 }), [
    250,
    999_999,
  ]);
  const full = { heldMessages: 300, heldBytes: 2_000_000 };
  assertEquals(freeWindow(WINDOW, full), [0, 0]);
});

Deno.test("progress() needs at most 35 acknowledgements alone for 1,000 messages", () => {
  let receiving = startReceiving(0, FULL);
  let alone = 0;
  for (let seq = 1; seq <= 1_000; seq += 1) {
    const arrival = arrive(receiving, { seq, bytes: 100 });
    assert(arrival.kind === "next");
    const step = progress(arrival.receiving, idle(seq), at(seq / 100));
    receiving = step.receiving;
    if (step.frame) alone += 1;
  }
  assert(alone > 25 && alone <= 35, `${alone}`);
});
