import { assertEquals, assertStrictEquals } from "@std/assert";
import { ReadBuffer } from "../../../lib/transport/tcp/read_buffer.ts";

const KIBIBYTE = 1024;

/** The sizes in KiB after reads that gave so many bytes. */
function sizes(buffer: ReadBuffer, counts: readonly number[]): number[] {
  return counts.map((count) => {
    buffer.adapt(count);
    return buffer.bytes.length / KIBIBYTE;
  });
}

/** A buffer that reads have filled again and again. */
function grown(): ReadBuffer {
  const buffer = new ReadBuffer();
  for (let read = 0; read < 4; read += 1) buffer.adapt(buffer.bytes.length);
  return buffer;
}

Deno.test("ReadBuffer is 1 KiB at first, and while little arrives", () => {
  const buffer = new ReadBuffer();
  const { bytes } = buffer;
  assertEquals(bytes.length, KIBIBYTE);
  assertEquals(sizes(buffer, [1, 500, 1_023]), [1, 1, 1]);
  assertStrictEquals(buffer.bytes, bytes);
});

Deno.test("ReadBuffer.adapt() grows with each read that fills it, to 256 KiB", () => {
  const full = [1, 4, 16, 64, 256].map((size) => size * KIBIBYTE);
  assertEquals(sizes(new ReadBuffer(), full), [4, 16, 64, 256, 256]);
});

Deno.test("ReadBuffer.adapt() keeps the size that twice the read needs", () => {
  assertEquals(sizes(grown(), [200_000, 100_000, 40_000]), [256, 256, 256]);
});

Deno.test("ReadBuffer.adapt() shrinks at once, as the next read may wait for long", () => {
  assertEquals(sizes(grown(), [10]), [1]);
  assertEquals(sizes(grown(), [3_000]), [16]);
});
