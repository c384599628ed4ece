import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeFrame,
  encodeData,
  encodeFrame,
  type Frame,
  type OutFrame,
} from "../../../lib/session/wire/frame.ts";
import type { Payload } from "../../../lib/session/wire/payload.ts";
import type { Violation } from "../../../lib/session/wire/violation.ts";

const LIMIT = 1_000;
const MAX = Number.MAX_SAFE_INTEGER;

function codeOf(result: Frame | Violation): number | undefined {
  return result.type === "violation" ? result.closeCode : undefined;
}

function bytes(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values);
}

const anyNumber = fc.integer({ min: 0, max: MAX });
const anySeq = fc.integer({ min: 1, max: MAX });
const anyData = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }).map((data) => new Uint8Array(data)),
);
const anyFrame: fc.Arbitrary<OutFrame> = fc.oneof(
  fc.record({
    type: fc.constant("data" as const),
    seq: anySeq,
    ack: fc.option(anyNumber, { nil: undefined }),
    data: anyData,
  }),
  fc.record({
    type: fc.constant("ack" as const),
    ack: anyNumber,
    maxSeq: anyNumber,
    maxBytes: anyNumber,
  }),
  fc.record({ type: fc.constant("ping" as const), n: anyNumber }),
  fc.record({
    type: fc.constant("pong" as const),
    n: anyNumber,
    ack: anyNumber,
  }),
  fc.record({
    type: fc.constant("control" as const),
    control: fc.record({ op: fc.constant("bye" as const), ack: anyNumber }),
  }),
);

Deno.test("decodeFrame() reads what encodeFrame() wrote", () => {
  fc.assert(fc.property(anyFrame, (frame) => {
    const { bytes: _, ...read } = decodeFrame(encodeFrame(frame), LIMIT) as
      & Frame
      & { bytes?: number };
    assertEquals(read as OutFrame, frame);
  }));
});

Deno.test("encodeFrame() writes short headers", () => {
  const written: readonly (readonly [OutFrame, Payload])[] = [
    [{ type: "data", seq: 100_000, ack: undefined, data: "hi" }, "m255s|hi"],
    [{ type: "data", seq: 1, ack: 35, data: "a|b" }, "m1,z|a|b"],
    [{ type: "ack", ack: 0, maxSeq: 256, maxBytes: 1_048_576 }, "a0,74,mh34|"],
    [{ type: "ping", n: 1 }, "p1|"],
    [{ type: "pong", n: 1, ack: 36 }, "q1,10|"],
    [
      { type: "control", control: { op: "bye", ack: 1 } },
      'c|{"op":"bye","ack":1}',
    ],
    [
      { type: "data", seq: 100_000, ack: undefined, data: bytes(7) },
      bytes(0, 0xa0, 0x8d, 0x06, 7),
    ],
    [{ type: "data", seq: 1, ack: 128, data: bytes() }, bytes(1, 1, 0x80, 1)],
  ];
  for (const [frame, message] of written) {
    assertEquals(encodeFrame(frame), message);
  }
});

Deno.test("decodeFrame() counts a payload in bytes of UTF-8", () => {
  const frame = decodeFrame("m1|é", LIMIT);
  assert(frame.type === "data");
  assertEquals(frame.bytes, 2);
});

Deno.test("decodeFrame() closes with 4413 what is too large", () => {
  assertEquals(codeOf(decodeFrame("m1|abc", 3)), undefined);
  assertEquals(codeOf(decodeFrame("m1|abcd", 3)), 4413);
  assertEquals(codeOf(decodeFrame(bytes(0, 1, 1, 2, 3, 4), 3)), 4413);
  const note = JSON.stringify({ op: "error", message: "x".repeat(8_200) });
  assertEquals(codeOf(decodeFrame(`c|${note}`, 1_000_000)), 4413);
});

Deno.test("decodeFrame() closes with 4400 what is malformed", () => {
  const wrong: readonly Payload[] = [
    ...["", "|", "x", "m", "m1", "m|", "m0|", "m01|", "mA|", "m1,|", "m,1|"],
    ...["m1,2,3|", `m${"1".repeat(80)}|`, "M1|", "t1,1|x", "a1,2|", "a1,2,3|x"],
    ...["a1,2,3,4|", "p|", "p1,2|", "p1|x", "q1|", "q1,2,3|", "c", "c|", "c|{"],
    ...["c|[]", "c1|{}", " m1|", "m1 |", "m-1|", "m1.5|", "a,,|", "ab,|"],
    ...[bytes(), bytes(0), bytes(1), bytes(2, 1), bytes(0x80, 1)],
    ...[bytes(0, 0), bytes(0, 0x80), bytes(0, 0x80, 0), bytes(1, 1)],
    ...[bytes(1, 1, 0x80), bytes(1, 0, 0)],
  ];
  for (const message of wrong) {
    assertEquals(codeOf(decodeFrame(message, LIMIT)), 4400, `${message}`);
  }
});

Deno.test("decodeFrame() passes a control message that it does not know", () => {
  assertEquals(decodeFrame('c|{"op":"topics","t":1}', LIMIT), {
    type: "control",
    control: { op: "unknown" },
  });
});

Deno.test("encodeData() writes what encodeFrame() writes", () => {
  for (const data of ["x", new Uint8Array([1, 2])]) {
    for (const ack of [undefined, 7]) {
      assertEquals(
        encodeData(36, ack, data),
        encodeFrame({ type: "data", seq: 36, ack, data }),
      );
    }
  }
});
