import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { packsOf } from "../../../lib/queue/pack.ts";
import {
  type DataFrame,
  decodeFrame,
  encodeFrame,
} from "../../../lib/session/wire/frame.ts";
import type { Payload } from "../../../lib/session/wire/payload.ts";
import { payloadsOf, readRun } from "../../../lib/session/wire/run.ts";
import { packedFrames, payloadsIn } from "./packed.ts";

const LIMIT = 100;
/** Larger numbers may have more than seven groups of bits. */
const MAX = 2 ** 49 - 1;

const anyText = fc.string({ unit: "binary-ascii", maxLength: 20 });
const anyBytes = fc.uint8Array({ maxLength: 20 })
  .map((data) => new Uint8Array(data));
/** How much each acknowledgement is above the one before, if there is one. */
const anyRise = fc.option(fc.nat(1_000), { nil: undefined });

function framesOf(
  seq: number,
  messages: readonly (readonly [Payload, number | undefined])[],
): readonly Payload[] {
  let acked = 0;
  return messages.map(([data, rise], index) => {
    if (rise !== undefined) acked += rise;
    const ack = rise === undefined ? undefined : acked;
    return encodeFrame({ type: "data", seq: seq + index, ack, data });
  });
}

Deno.test("readRun() and payloadsOf() read what decodeFrame() reads one by one", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: MAX - 50 }),
    fc.oneof(
      fc.array(fc.tuple(anyText, anyRise), { minLength: 1, maxLength: 40 }),
      fc.array(fc.tuple(anyBytes, anyRise), { minLength: 1, maxLength: 40 }),
    ),
    (seq, messages) => {
      const sent = framesOf(seq, messages);
      const run = readRun(packedFrames(sent), LIMIT);
      assert(run !== undefined);
      const one = sent.map((frame) => decodeFrame(frame, LIMIT) as DataFrame);
      assertEquals(run.seq, one[0]!.seq);
      const acks = one.flatMap(({ ack }) => ack === undefined ? [] : [ack]);
      assertEquals(run.ack, acks.at(-1));
      assertEquals(run.sizes, one.map(({ bytes }) => bytes));
      assertEquals(run.bytes, one.reduce((sum, { bytes }) => sum + bytes, 0));
      const payloads = payloadsOf(run);
      assertEquals(payloadsIn(payloads), one.map(({ data }) => data));
      assertEquals([payloads.count, payloads.bytes], [one.length, run.bytes]);
    },
  ));
});

Deno.test("readRun() leaves to others what is not data, one number after the other", () => {
  const leftOver: readonly (readonly Payload[])[] = [
    ["m1|a", "a1,2,3|"],
    ["m1|a", 'c|{"op":"gen","gen":"g"}'],
    ["m1|a", "m3|b"],
    ["m1|a", "m1|a"],
    ["m1,5|a", "m2,4|b"],
    ["m1|a", `m2|${"x".repeat(LIMIT + 1)}`],
    ...["", "m", "m1", "m|a", "m1,|a", "m1,A|a", "m01|a", "mA|a", "m1;|a"]
      .map((frame) => [frame]),
    ["m1", "|a"],
    ["m12345678901|a"],
    [Uint8Array.of(0, 1, 7), Uint8Array.of(0, 3, 7)],
    ...[[], [0], [2, 1], [0, 0x80], [0, 0x80, 0], [1, 1], [1, 1, 0x80, 0]]
      .map((frame) => [Uint8Array.from(frame)]),
    [Uint8Array.of(0, ...new Array(8).fill(0xff), 1)],
  ];
  for (const frames of leftOver) {
    assertEquals(readRun(packedFrames(frames), LIMIT), undefined, `${frames}`);
  }
});

Deno.test("readRun() takes what is exactly as large as it may be", () => {
  const run = readRun(packedFrames([`m1|${"x".repeat(LIMIT)}`]), LIMIT);
  assertEquals(run?.sizes, [LIMIT]);
});

Deno.test("readRun() reads what transports pack", () => {
  const bytes = new TextEncoder().encode("??m1|a??m2,7|bc?");
  const [pack] = packsOf("ascii", bytes, [2, 6, 8, 15]);
  const run = readRun(pack!, LIMIT);
  assertEquals([run?.seq, run?.ack, run?.sizes], [1, 7, [1, 2]]);
  assertEquals(payloadsIn(payloadsOf(run!)), ["a", "bc"]);
});
