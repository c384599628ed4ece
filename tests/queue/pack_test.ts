import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Data } from "../../lib/queue/data.ts";
import {
  countOf,
  isPack,
  type Pack,
  PACKED_UP_TO,
  PackReader,
  packsOf,
} from "../../lib/queue/pack.ts";

/** Messages in a chunk, each behind so many bytes that are no ASCII. */
function chunkOf(
  texts: readonly string[],
  gap = 2,
): { readonly chunk: Uint8Array; readonly bounds: number[] } {
  const bytes: number[] = [];
  const bounds: number[] = [];
  for (const text of texts) {
    bytes.push(...new Array(gap).fill(0xff));
    const start = bytes.length;
    bytes.push(...new TextEncoder().encode(text));
    bounds.push(start, bytes.length);
  }
  return { chunk: new Uint8Array(bytes), bounds };
}

function textOf(data: Data): string {
  return typeof data === "string" ? data : new TextDecoder().decode(data);
}

function readAll(packs: readonly Pack[]): readonly Data[] {
  return packs.flatMap((pack) => {
    const reader = new PackReader(pack);
    const messages: Data[] = [];
    for (let run = reader.read(); run.length > 0; run = reader.read()) {
      messages.push(...run);
    }
    return messages;
  });
}

Deno.test("PackReader.read() gives what packsOf() took, in its order", () => {
  fc.assert(fc.property(
    fc.array(fc.string({ unit: "binary-ascii", maxLength: 6_000 })),
    fc.integer({ min: 0, max: 80 }),
    fc.constantFrom("ascii" as const, "binary" as const),
    (texts, gap, kind) => {
      const { chunk, bounds } = chunkOf(texts, gap);
      const packs = packsOf(kind, chunk, bounds);
      assertEquals(
        packs.reduce((sum, { count }) => sum + count, 0),
        texts.length,
      );
      const size = packs.reduce((sum, { bytes }) => sum + bytes, 0);
      assertEquals(size, texts.join("").length);
      const messages = readAll(packs);
      assertEquals(messages.map(textOf), texts);
      const strings = messages.filter((data) => typeof data === "string");
      assertEquals(strings.length, kind === "ascii" ? texts.length : 0);
    },
  ));
});

Deno.test("packsOf() holds no more in a pack than one turn of a connection", () => {
  const many = chunkOf(new Array(2_500).fill("a"));
  assertEquals(
    packsOf("ascii", many.chunk, many.bounds).map(({ count }) => count),
    [1_024, 1_024, 452],
  );
  const long = chunkOf(new Array(40).fill("a".repeat(PACKED_UP_TO)));
  assertEquals(
    packsOf("binary", long.chunk, long.bounds).map(({ count }) => count),
    [15, 15, 10],
  );
});

Deno.test("packsOf() copies no large gap between two messages", () => {
  const { chunk, bounds } = chunkOf(["a", "b"], 65);
  const packs = packsOf("ascii", chunk, bounds);
  assertEquals(packs.map(({ count }) => count), [1, 1]);
  assertEquals(packs.map(({ buffer }) => buffer.byteLength), [9, 9]);
});

Deno.test("PackReader.read() keeps no long string behind a short text", () => {
  const { chunk, bounds } = chunkOf(new Array(100).fill("a".repeat(100)));
  const [pack] = packsOf("ascii", chunk, bounds);
  assertEquals(new PackReader(pack!).read().length, 40);
});

Deno.test("PackReader.read() frees the memory with the last message", () => {
  const { chunk, bounds } = chunkOf(["a", "b"]);
  const [pack] = packsOf("binary", chunk, bounds);
  const reader = new PackReader(pack!);
  assertEquals(reader.read().map(textOf), ["a", "b"]);
  assertEquals(pack!.buffer.byteLength, 0);
  assertEquals(reader.read(), []);
});

Deno.test("countOf() counts a message as one, and a pack by its messages", () => {
  const { chunk, bounds } = chunkOf(["a", "b"]);
  const [pack] = packsOf("ascii", chunk, bounds);
  assertEquals(["a", new ArrayBuffer(3), pack, null].map(countOf), [
    1,
    1,
    2,
    1,
  ]);
});

Deno.test("isPack() tells a pack from a message", () => {
  const { chunk, bounds } = chunkOf(["a", "b"]);
  const [pack] = packsOf("ascii", chunk, bounds);
  assertEquals(["a", new ArrayBuffer(3), pack!].map(isPack), [
    false,
    false,
    true,
  ]);
});
