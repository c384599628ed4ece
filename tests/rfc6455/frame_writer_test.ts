import {
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { FrameWriter } from "../../lib/rfc6455/frame_writer.ts";
import { bytesOf, concat, frame, masked } from "./frames.ts";

const WORD = 0x37fa213d;

Deno.test("FrameWriter.frame() writes frames of each length, one after the other", () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    const payload = Uint8Array.from({ length }, (_, index) => index);
    const writer = new FrameWriter();
    writer.frame(0x82, payload, WORD);
    writer.frame(0x89, payload.subarray(0, 3), WORD);
    assertEquals(
      writer.take(),
      concat(masked(0x82, payload), masked(0x89, payload.subarray(0, 3))),
    );
    writer.frame(0x82, payload, undefined);
    assertEquals(writer.take(), frame(0x82, payload));
  }
});

Deno.test("FrameWriter.text() writes text in its place, whatever its length in bytes", () => {
  const texts = [
    "",
    "Hello",
    "x".repeat(125),
    "x".repeat(126),
    // Fewer characters than need a longer header, but more bytes.
    "é".repeat(63),
    "€".repeat(125),
    "漢".repeat(40_000),
    "x".repeat(70_000),
  ];
  for (const text of texts) {
    const writer = new FrameWriter();
    assertEquals(writer.text(text, WORD), bytesOf(text).length);
    assertEquals(writer.text(text, undefined), bytesOf(text).length);
    assertEquals(writer.take(), concat(masked(0x81, text), frame(0x81, text)));
  }
});

Deno.test("FrameWriter.text() replaces lone surrogates", () => {
  const writer = new FrameWriter();
  writer.text("a\ud800b", undefined);
  assertEquals(writer.take(), frame(0x81, "a\ufffdb"));
});

Deno.test("FrameWriter counts what waits, and gives it away once", () => {
  const writer = new FrameWriter();
  assertEquals([writer.length, writer.take().length], [0, 0]);
  writer.text("ab", undefined);
  assertEquals(writer.length, 4);
  const taken = writer.take();
  assertEquals([writer.length, taken.length], [0, 4]);
  writer.text("cd", undefined);
  assertEquals(taken, frame(0x81, "ab"));
});

Deno.test("FrameWriter.recycle() writes into a buffer that was sent", () => {
  const writer = new FrameWriter();
  writer.text("ab", undefined);
  const taken = writer.take();
  writer.recycle();
  writer.text("cd", undefined);
  assertStrictEquals(writer.take().buffer, taken.buffer);
});

Deno.test("FrameWriter.recycle() never replaces what waits", () => {
  const writer = new FrameWriter();
  writer.text("ab", undefined);
  const taken = writer.take();
  writer.text("cd", undefined);
  writer.recycle();
  const next = writer.take();
  assertEquals(next, frame(0x81, "cd"));
  assertNotStrictEquals(next.buffer, taken.buffer);
});

Deno.test("FrameWriter.recycle() keeps no large buffer", () => {
  const writer = new FrameWriter();
  writer.text("x".repeat(100_000), undefined);
  const { buffer } = writer.take();
  writer.recycle();
  writer.text("ab", undefined);
  assertNotStrictEquals(writer.take().buffer, buffer);
});

Deno.test("FrameWriter.recycle() gives a buffer back once", () => {
  const writer = new FrameWriter();
  writer.text("ab", undefined);
  const first = writer.take();
  writer.recycle();
  writer.recycle();
  writer.text("cd", undefined);
  const second = writer.take();
  writer.text("ef", undefined);
  assertStrictEquals(second.buffer, first.buffer);
  assertNotStrictEquals(writer.take().buffer, first.buffer);
});
